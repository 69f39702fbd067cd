"use client";

import { ruleFacts, whySaid, type RuleFact } from "@/lib/noc/incident-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Incident, Rule } from "@/lib/noc/types";
import { StatusShape } from "../status-shape";

function Row({ fact }: { fact: RuleFact }) {
  return (
    <div className="flex min-h-6 items-center gap-2 border-t border-line-1 py-1 text-small">
      <dt className="flex min-w-0 grow items-center gap-1.5 text-fg-2">
        {fact.status !== null && <StatusShape status={fact.status} size={12} />}
        {fact.label}
      </dt>
      <dd className="text-right">
        <span className="font-medium whitespace-nowrap">{fact.value}</span>
        {fact.more !== null && <span className="whitespace-nowrap text-fg-3"> {fact.more}</span>}
      </dd>
    </div>
  );
}

/** Why the rule fired and when it lets go, in its own limits. */
export function Why({ alert, rule }: { alert: Incident; rule: Rule | null }) {
  const t = useT();
  const format = useFormat();
  const opening: RuleFact[] =
    alert.unit === "status"
      ? []
      : [
          {
            label: t("incident.opening"),
            value: format.value(alert.first_value, alert.unit),
            more: null,
            status: null,
          },
        ];
  return (
    <section aria-labelledby="incident-why">
      <h3 id="incident-why" className="text-title font-semibold">
        {t("incident.why")}
      </h3>
      <p className="my-2 text-fg-2">
        {rule === null ? t("incident.ruleGone") : whySaid({ t, format, me: null }, alert, rule)}
      </p>
      {rule !== null && (
        <>
          <dl>
            {[...opening, ...ruleFacts({ t, format, me: null }, rule, alert.unit)].map((fact) => (
              <Row key={fact.label} fact={fact} />
            ))}
          </dl>
          <p className="border-t border-line-1 pt-1.5 text-micro text-fg-3">
            {t("incident.rule")} · {t("incident.ruleVersion", { n: rule.version })}
          </p>
        </>
      )}
    </section>
  );
}
