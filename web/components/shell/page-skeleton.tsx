"use client";

import { Skeleton } from "@/components/ui/skeleton";
import { useT } from "@/lib/noc/i18n";

const six = [0, 1, 2, 3, 4, 5];

/** The outline of the page while nothing is known: same heights, no colour, nothing moves. */
export function PageSkeleton({ withBar = false }: { withBar?: boolean }) {
  const t = useT();
  return (
    <main aria-busy>
      <p role="status" className="sr-only">
        {t("shell.loading")}
      </p>
      {withBar && <div className="h-12 border-b border-line-1 bg-panel" />}
      <div className="h-11 border-b border-line-1" />
      <div className="grid gap-3 px-3 pt-3 tablet:px-4">
        <Skeleton className="h-12 rounded-panel" />
        <div className="grid grid-cols-2 gap-3 tablet:grid-cols-3 desk:grid-cols-6">
          {six.map((card) => (
            <Skeleton key={card} className="h-[134px] rounded-panel" />
          ))}
        </div>
        <Skeleton className="h-80 rounded-panel" />
      </div>
    </main>
  );
}
