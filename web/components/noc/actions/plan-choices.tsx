"use client";

import { Mail, Timer } from "lucide-react";
import type { ReactNode } from "react";
import {
  isOfNamed,
  periods,
  ramps,
  stales,
  templates,
  type ActionAsk,
  type Choices,
  type ItemKind,
  type Span,
} from "@/lib/noc/action";
import { countOf } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import { untilSaid } from "@/lib/noc/sentence";
import type { Plan } from "@/lib/noc/types/actions";
import { ChoiceCards } from "../../ui/choice-cards";
import { DrawerSection } from "../../ui/drawer";
import { Segments } from "../../ui/radio-group";
import { Select } from "../../ui/select";
import { TextField } from "../../ui/text-field";

export interface PlanChoicesProps {
  ask: ActionAsk;
  choices: Choices;
  onChoose: (part: Partial<Choices>) => void;
  /** Null before it came, and while there is none. */
  plan: Plan | null;
  /** Types of job that a plan of every type found. */
  types: readonly string[];
  admin: boolean;
}

const wide = "flex w-full *:grow *:justify-center";

function Field({ label, children, note }: { label: string; children: ReactNode; note?: ReactNode }) {
  return (
    <DrawerSection>
      <span aria-hidden className="text-small font-medium">
        {label}
      </span>
      {children}
      {note !== undefined && <p className="text-small text-fg-2">{note}</p>}
    </DrawerSection>
  );
}

function useMinutes() {
  const format = useFormat();
  return (["15", "30", "60"] as const).map((value) => ({
    value: value as Span,
    label: value === "60" ? "60\u00a0min" : format.duration(Number(value) * 60),
  }));
}

/** When the effect ends by itself, as the plan has it. */
function Back({ plan, ramped }: { plan: Plan | null; ramped: boolean }) {
  const t = useT();
  const format = useFormat();
  if (plan === null) return null;
  const { until, created_at } = plan;
  const time = until === null ? null : untilSaid(format, until, created_at);
  return (
    <p className="flex gap-2 text-small text-fg-2">
      <Timer aria-hidden size={14} className="mt-px shrink-0" />
      {time === null
        ? t("action.duration.never")
        : t(ramped ? "action.duration.backRamp" : "action.duration.back", { time })}
    </p>
  );
}

function PauseSpan({ choices, onChoose, plan, admin }: PlanChoicesProps) {
  const t = useT();
  const minutes = useMinutes();
  const { span, until } = choices;
  return (
    <Field label={t("action.duration")}>
      <Segments<Span>
        label={t("action.duration")}
        value={span}
        onChange={(value) => {
          onChoose({ span: value });
        }}
        choices={[
          ...minutes,
          { value: "until", label: t("action.duration.until") },
          ...(admin ? [{ value: "open" as Span, label: t("action.duration.open") }] : []),
        ]}
        className={wide}
      />
      {span === "until" && (
        <span className="flex flex-wrap items-end gap-x-3 gap-y-1">
          <TextField
            type="time"
            label={t("action.duration.time")}
            value={until}
            onChange={(value) => {
              onChoose({ until: value });
            }}
            className="w-36"
          />
          <span className="text-small text-fg-2">{t("action.duration.timeHint")}</span>
        </span>
      )}
      {(span !== "until" || until !== "") && <Back plan={plan} ramped />}
    </Field>
  );
}

function ResumeRamp({ choices, onChoose }: PlanChoicesProps) {
  const t = useT();
  const format = useFormat();
  return (
    <Field
      label={t("action.ramp")}
      note={t(choices.ramp === "0" ? "action.ramp.noneNote" : "action.ramp.note")}
    >
      <Segments
        label={t("action.ramp")}
        value={choices.ramp}
        onChange={(ramp) => {
          onChoose({ ramp });
        }}
        choices={ramps.map((value) => ({
          value,
          label: value === "0" ? t("action.ramp.none") : format.duration(Number(value)),
        }))}
        className={wide}
      />
    </Field>
  );
}

/** Asked where there are any, and where something else than sending them was chosen. */
function ResumeStale({ choices, onChoose, plan }: PlanChoicesProps) {
  const t = useT();
  if (choices.stale === "send" && !((plan && countOf(plan, "stale")) ?? 0)) return null;
  return (
    <Field label={t("action.old")} note={t(`action.old.${choices.stale}Note`)}>
      <Segments
        label={t("action.old")}
        value={choices.stale}
        onChange={(stale) => {
          onChoose({ stale });
        }}
        choices={stales.map((value) => ({ value, label: t(`action.old.${value}`) }))}
        className={wide}
      />
    </Field>
  );
}

function SourceAndSpan({ choices, onChoose, plan }: PlanChoicesProps) {
  const t = useT();
  const minutes = useMinutes();
  return (
    <>
      <Field label={t("action.source")}>
        <Segments
          label={t("action.source")}
          value={choices.source}
          onChange={(source) => {
            onChoose({ source });
          }}
          choices={[
            { value: "mock", label: t("action.source.mock") },
            { value: "supabase", label: t("action.source.supabase") },
          ]}
          className={wide}
        />
      </Field>
      {choices.source === "mock" && (
        <Field label={t("action.duration")}>
          <Segments<Span>
            label={t("action.duration")}
            value={choices.span}
            onChange={(span) => {
              onChoose({ span });
            }}
            choices={minutes}
            className={wide}
          />
          <Back plan={plan} ramped={false} />
        </Field>
      )}
    </>
  );
}

function Templates({ choices, onChoose, plan }: PlanChoicesProps) {
  const t = useT();
  const company = plan?.company_name ?? t("action.template.each");
  const title = t(`action.template.${choices.template}`);
  const subjectOf = (key: (typeof templates)[number]) =>
    t("action.template.subject", { title: t(`action.template.${key}`), company });
  return (
    <Field label={t("action.template")}>
      <ChoiceCards
        label={t("action.template")}
        value={choices.template}
        onChange={(template) => {
          onChoose({ template });
        }}
        choices={templates.map((value) => ({
          value,
          title: t(`action.template.${value}`),
          note: subjectOf(value),
        }))}
      />
      <figure className="grid gap-1 rounded-control bg-sunken px-3 py-2 text-small">
        <figcaption className="flex items-center gap-1.5 text-micro text-fg-3">
          <Mail aria-hidden size={12} />
          {t("action.template.preview")}
        </figcaption>
        <p className="text-fg-2">{subjectOf(choices.template)}</p>
        <p className="text-body font-semibold">{title}</p>
        <p className="text-fg-2">
          {t("action.template.company")}: {company}
        </p>
      </figure>
    </Field>
  );
}

function ItemFilter({ choices, onChoose, types }: PlanChoicesProps) {
  const t = useT();
  const format = useFormat();
  const { kind, period, job_type } = choices;
  const known = job_type === null || types.includes(job_type) ? types : [job_type, ...types];
  return (
    <DrawerSection>
      <Segments<ItemKind>
        label={t("action.filter.kind")}
        value={kind}
        onChange={(value) => {
          onChoose({ kind: value });
        }}
        choices={[
          { value: "job", label: t("action.filter.job") },
          { value: "message", label: t("action.filter.message") },
        ]}
        className={wide}
      />
      <span className="grid gap-2 tablet:grid-cols-2">
        <Select
          label={t("action.filter.period")}
          value={period}
          onChange={(value) => {
            onChoose({ period: periods.find((each) => each === value) ?? "24" });
          }}
          options={periods.map((value) => ({
            value,
            label:
              value === "1"
                ? t("action.filter.lastHour")
                : t("action.filter.last", {
                    age: value === "24" ? t("range.24h") : format.duration(Number(value) * 3600),
                  }),
          }))}
        />
        {kind === "job" && (
          <Select
            label={t("action.filter.type")}
            value={job_type ?? ""}
            onChange={(value) => {
              onChoose({ job_type: value === "" ? null : value });
            }}
            options={[
              { value: "", label: t("action.filter.anyType") },
              ...known.map((value) => ({ value, label: value })),
            ]}
          />
        )}
      </span>
    </DrawerSection>
  );
}

/** What can be chosen in an action; each change asks for a new plan. */
export function PlanChoices(props: PlanChoicesProps) {
  switch (props.ask.action) {
    case "pause_queue":
      return <PauseSpan {...props} />;
    case "resume_queue":
      return (
        <>
          <ResumeRamp {...props} />
          <ResumeStale {...props} />
        </>
      );
    case "switch_source":
      return <SourceAndSpan {...props} />;
    case "notify":
      return <Templates {...props} />;
    case "reprocess":
      return isOfNamed(props.ask) ? null : <ItemFilter {...props} />;
  }
}
