"use client";

import type { PagedRead } from "@/hooks/use-paged-read";
import { useT } from "@/lib/noc/i18n";
import { Button } from "../ui/button";
import { Problem } from "./problem";

export interface MoreButtonProps {
  read: Pick<PagedRead<unknown>, "onMore" | "loadingMore" | "moreFailed">;
  /** "Carregar mais 50". */
  label: string;
}

/** The next page of a list; nothing when the list is whole. */
export function MoreButton({ read: { onMore, loadingMore, moreFailed }, label }: MoreButtonProps) {
  const t = useT();
  if (onMore === null) return null;
  return (
    <div className="grid gap-2 border-t border-line-1 p-3">
      {moreFailed !== null && (
        <Problem>{t("history.moreFailed", { code: moreFailed.code })}</Problem>
      )}
      <Button size="large" disabled={loadingMore} onClick={onMore} className="max-tablet:h-11">
        {loadingMore ? t("panel.loading", { name: "…" }) : label}
      </Button>
    </div>
  );
}
