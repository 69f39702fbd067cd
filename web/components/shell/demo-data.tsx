"use client";

import { FlaskConical } from "lucide-react";
import { useSources } from "@/hooks/use-noc-query";
import { useNow } from "@/hooks/use-now";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import type { DataSource } from "@/lib/noc/types";

const NAMED = 3;

/** "A, B, C e mais 2". */
function namesOf(t: Translate, sources: readonly DataSource[]): string {
  const names = sources.slice(0, NAMED).map(({ company_name }) => company_name).join(", ");
  const n = sources.length - NAMED;
  return n > 0 ? t("demo.more", { names, n }) : names;
}

/**
 * On every page, while a company that the caller sees shows demonstration data. It ends at its time
 * even where nothing answers any more.
 */
export function DemoData() {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const sources = useSources().data?.data ?? [];
  const shown = sources.filter(
    ({ banner, until }) => banner && until !== null && Date.parse(until) > now,
  );
  const last = shown.map(({ until }) => until ?? "").sort().at(-1);
  if (last === undefined) return null;
  return (
    <p
      role="status"
      className="st-down flex flex-wrap items-center gap-x-2 gap-y-0.5 border-b border-state-edge bg-state-tint px-3 py-2 text-small text-fg-1 tablet:px-4"
    >
      <FlaskConical aria-hidden size={16} className="shrink-0 text-state-fg" />
      <b className="font-semibold text-state-fg">{t("demo.title")}</b>
      <span>{t("demo.until", { companies: namesOf(t, shown), time: format.time(last) })}</span>
      <span className="text-fg-2">{t("demo.locked")}</span>
    </p>
  );
}
