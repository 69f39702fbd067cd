"use client";

import { ruleFacts, whySaid, type RuleFact } from "@/lib/noc/incident-said";
import { missingEvidence } from "@/lib/noc/evidence";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Incident, Timeline } from "@/lib/noc/types";
import { useNow } from "../now";
import { StatusShape } from "../status-shape";
import { EvidenceChart } from "./evidence-chart";
import { EvidenceFacts } from "./evidence";
import { RuleHelp } from "./rule-help";

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

function NoEvidence({ alert }: { alert: Incident }) {
  const t = useT();
  const now = useNow();
  const why = missingEvidence(alert, now);
  return (
    <p role={why === "coming" ? "status" : undefined} className="mt-4 text-small text-fg-3">
      {t(`evidence.${why}`)}
    </p>
  );
}

function Seal({ story: { rule, evidence } }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  return (
    <p className="mt-4 border-t border-line-1 pt-1.5 text-micro text-fg-3">
      {[
        evidence && t("evidence.taken", { time: format.instant(evidence.taken_at) }),
        rule && `${t("incident.rule")} ${t("incident.ruleVersion", { n: rule.version })}`,
      ]
        .filter(Boolean)
        .join(" · ")}
      {rule?.changed_since === true && (
        <span className="block text-fg-2">{t("evidence.changedSince")}</span>
      )}
    </p>
  );
}

/** Why the rule fired, what was kept of that moment, and when it lets go, in its own limits. */
export function Why({ story }: { story: Timeline }) {
  const t = useT();
  const format = useFormat();
  const { alert, rule, evidence } = story;
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
          <RuleHelp rule={rule} />
          {evidence !== null && <EvidenceChart evidence={evidence} alert={alert} rule={rule} />}
          <dl>
            {[...opening, ...ruleFacts({ t, format, me: null }, rule, alert.unit)].map((fact) => (
              <Row key={fact.label} fact={fact} />
            ))}
          </dl>
        </>
      )}
      {evidence === null ? (
        <NoEvidence alert={alert} />
      ) : (
        <EvidenceFacts evidence={evidence} works={story.can_work} />
      )}
      {(rule !== null || evidence !== null) && <Seal story={story} />}
    </section>
  );
}
