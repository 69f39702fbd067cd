"use client";

import { useNow } from "../now";
import { useFormat, useT } from "@/lib/noc/i18n";
import { readable } from "@/lib/noc/sentence";
import type { Company } from "@/lib/noc/types";
import type { CutOff } from "@/lib/noc/types/workers";
import { StatusShape } from "../status-shape";

export interface CutOffsProps {
  cut_off: readonly CutOff[];
  /** Those that the reader sees, for their names. */
  companies: readonly Company[];
}

/** Providers that fail and are not called now; nothing while all are. */
export function CutOffs({ cut_off, companies }: CutOffsProps) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  if (cut_off.length === 0) return null;
  const today = now === null ? null : new Date(now).toISOString();
  return (
    <ul aria-label={t("health.cutTitle")} className="border-t border-line-1">
      {cut_off.map(({ provider, company_cnpj, since, probe_at }) => {
        const [kind = "", ...which] = provider.split(":");
        const name = [t.find("health.provider", kind) ?? readable(kind), ...which].join(" ");
        const known = companies.find((one) => one.company_cnpj === company_cnpj);
        const company = company_cnpj === null ? null : (known?.name ?? t("health.someCompany"));
        const said = { since: format.near(since, today) };
        return (
          <li
            key={`${provider} ${company_cnpj} ${since}`}
            className="st-degraded flex gap-2 bg-state-tint px-3 py-2 [--cut:var(--t)]"
          >
            <StatusShape status="DEGRADED" size={14} className="mt-[3px]" />
            <p className="min-w-0 text-small leading-5">
              <strong className="font-semibold text-state-fg">
                {company === null
                  ? t("health.cut", { provider: name })
                  : t("health.cutOf", { provider: name, company })}
              </strong>{" "}
              <span className="text-fg-2">
                {probe_at === null
                  ? t("health.cutNoteOpen", said)
                  : t("health.cutNote", { ...said, probe: format.second(probe_at) })}
              </span>
            </p>
          </li>
        );
      })}
    </ul>
  );
}
