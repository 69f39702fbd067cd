"use client";

import { useT } from "@/lib/noc/i18n";
import type { Filter } from "@/lib/noc/types";

/** The actions of the page's company or group: in effect, awaiting, running, and before. */
export function ActionsTab({ filter }: { filter: Filter }) {
  const t = useT();
  return (
    <section data-scope={filter.company_cnpj ?? filter.group_id ?? "*"} className="p-3">
      <h2 className="text-lead font-semibold">{t("action.tab")}</h2>
    </section>
  );
}
