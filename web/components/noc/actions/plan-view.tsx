"use client";

import { Check, Info, ListChecks, ScrollText, Undo2, type LucideIcon } from "lucide-react";
import { effectSaid, textOf } from "@/lib/noc/action-said";
import { figuresOf, isGrave, nextSaid, warningSaid } from "@/lib/noc/action-notes";
import { useFormat, useT } from "@/lib/noc/i18n";
import { readable } from "@/lib/noc/sentence";
import type { ActionKind } from "@/lib/noc/types";
import type { ActionWarning, Plan, Sample } from "@/lib/noc/types/actions";
import { DrawerSection } from "../../ui/drawer";
import { Age } from "../age";
import { StatusShape } from "../status-shape";

/** One sentence, then up to four numbers. */
export function PlanEffect({ plan, now }: { plan: Plan; now: number }) {
  const t = useT();
  const format = useFormat();
  const effect = textOf(plan, "effect");
  return (
    <DrawerSection>
      <p className="text-title">{effectSaid(t, format, plan)}</p>
      <dl className="noc-figures">
        {figuresOf(t, format, plan, now).map(({ value, label }) => (
          <div key={label} className="flex flex-col-reverse justify-end gap-0.5 px-2.5 py-2">
            <dt className="text-micro text-fg-2">{label}</dt>
            <dd className="text-lead font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      {effect !== null && (
        <p className="text-small text-fg-2">{t.find("action.class", effect) ?? effect}</p>
      )}
    </DrawerSection>
  );
}

function SampleRow({ sample }: { sample: Sample }) {
  const t = useT();
  const at = sample.started_at ?? sample.created_at ?? null;
  const name = sample.job_type ?? sample.external_id ?? sample.company_name;
  const more = [
    name === sample.company_name ? null : sample.company_name,
    sample.attempt === undefined ? null : t("action.samples.attempt", { n: sample.attempt }),
    sample.error_class == null ? null : readable(sample.error_class),
  ].filter(Boolean);
  return (
    <li className="flex min-h-7 items-center gap-3 border-t border-line-1 px-2.5 py-1 text-small first:border-t-0">
      <span className="min-w-0 shrink truncate font-medium" title={name}>
        {name}
      </span>
      <span className="min-w-0 grow truncate text-fg-2">{more.join(" · ")}</span>
      {at !== null && <Age at={at} className="whitespace-nowrap text-fg-3" />}
    </li>
  );
}

/** Up to five of what it reaches, by name. */
export function PlanSamples({ plan }: { plan: Plan }) {
  const t = useT();
  const format = useFormat();
  const { samples } = plan;
  if (samples.length === 0) return null;
  const [first] = samples;
  const kind = first?.job_id !== undefined ? "job" : first?.message_id !== undefined ? "message" : "company";
  return (
    <DrawerSection>
      <h3 className="text-small font-medium">
        {t(`action.samples.${kind}`)}{" "}
        <span className="font-normal text-fg-3">
          {t("action.samples.of", {
            shown: format.number(samples.length),
            total: format.number(plan.size),
          })}
        </span>
      </h3>
      <ul className="overflow-hidden rounded-control border border-line-1">
        {samples.map((sample) => (
          <SampleRow key={sample.job_id ?? sample.message_id ?? sample.company_cnpj} sample={sample} />
        ))}
      </ul>
    </DrawerSection>
  );
}

/** What the person should know first; what may do harm stands out. */
export function Warnings({ warnings, now }: { warnings: readonly ActionWarning[]; now: number }) {
  const t = useT();
  const format = useFormat();
  const said = warnings
    .toSorted((a, b) => Number(isGrave(b)) - Number(isGrave(a)))
    .flatMap((warning) => {
      const text = warningSaid(t, format, warning, now);
      return text === null ? [] : [{ code: warning.code, text, grave: isGrave(warning) }];
    });
  if (said.length === 0) return null;
  return (
    <ul className="grid gap-1.5">
      {said.map(({ code, text, grave }) =>
        grave ? (
          <li
            key={code}
            data-warning={code}
            className="st-degraded flex items-start gap-2 rounded-control border border-state-edge bg-state-tint px-2.5 py-1.5 text-small [--cut:var(--degraded-tint)]"
          >
            <StatusShape status="DEGRADED" size={14} className="mt-px" />
            <span className="min-w-0 font-medium text-state-fg">{text}</span>
          </li>
        ) : (
          <li
            key={code}
            data-warning={code}
            className="flex items-start gap-2 px-2.5 text-small text-fg-2"
          >
            <Info aria-hidden size={14} className="mt-px shrink-0" />
            <span className="min-w-0">{text}</span>
          </li>
        ),
      )}
    </ul>
  );
}

/** Before the last line, which is of the trail. */
const marks: Record<ActionKind, readonly LucideIcon[]> = {
  pause_queue: [Check, Undo2],
  resume_queue: [Check, Undo2],
  reprocess: [Check, Undo2],
  switch_source: [Undo2],
  notify: [Undo2, ListChecks],
};

/** What happens once it is done. */
export function PlanNext({ plan }: { plan: Plan }) {
  const t = useT();
  const format = useFormat();
  const lines = nextSaid(t, format, plan);
  return (
    <DrawerSection>
      <h3 className="text-small font-medium">{t("action.next")}</h3>
      <ul className="grid gap-1.5 text-small text-fg-2">
        {lines.map((line, index) => {
          const Mark = marks[plan.action][index] ?? ScrollText;
          return (
            <li key={line} className="flex gap-2">
              <Mark aria-hidden size={14} className="mt-px shrink-0" />
              <span>{line}</span>
            </li>
          );
        })}
      </ul>
    </DrawerSection>
  );
}
