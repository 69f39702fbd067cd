"use client";

import clsx from "clsx";
import { useFormat, useT } from "@/lib/noc/i18n";
import {
  asOften,
  beginningAt,
  EVERY_DAY,
  lengthsOf,
  zonesOf,
  type WindowDraft,
  type WindowField,
} from "@/lib/noc/maintenance";
import { dayName, zoneName } from "@/lib/noc/maintenance-said";
import { Segments } from "../../ui/radio-group";
import { Select } from "../../ui/select";
import { TextField } from "../../ui/text-field";

export interface WhenProps {
  draft: WindowDraft;
  onDraft: (draft: WindowDraft) => void;
  /** Id of the sentence that says what is wrong with a field. */
  wrong: (field: WindowField) => string | undefined;
}

/** A week's days, each on or off. */
function Days({ draft, onDraft, wrong }: WhenProps) {
  const t = useT();
  const problem = wrong("weekdays");
  return (
    <fieldset aria-describedby={problem} className="grid gap-1">
      <legend className="mb-1 text-small font-medium">{t("maintenance.days")}</legend>
      <div className="grid grid-cols-7 gap-1">
        {EVERY_DAY.map((day) => {
          const on = draft.weekdays.includes(day);
          return (
            <label
              key={day}
              className={clsx(
                "grid h-9 cursor-pointer place-items-center rounded-control border text-small max-tablet:h-11",
                "focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus",
                on ? "border-line-3 bg-selected font-[550]" : "border-line-2 text-fg-2 hover:bg-hover",
              )}
            >
              <input
                type="checkbox"
                checked={on}
                aria-invalid={problem !== undefined}
                className="sr-only"
                onChange={() => {
                  const weekdays = on
                    ? draft.weekdays.filter((each) => each !== day)
                    : [...draft.weekdays, day];
                  onDraft({ ...draft, weekdays });
                }}
              />
              {dayName(t, day)}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

/** Once, from a day and time to another; or on days of the week, from a time and so long. */
export function When(props: WhenProps) {
  const { draft, onDraft, wrong } = props;
  const t = useT();
  const format = useFormat();
  const weekly = draft.often === "weekly";
  const length = (minutes: number) =>
    minutes === 1440 ? t("range.24h") : format.duration(minutes * 60);
  return (
    <>
      <Segments
        label={t("maintenance.often")}
        value={draft.often}
        onChange={(often) => {
          onDraft(asOften(draft, often));
        }}
        choices={(["once", "weekly"] as const).map((value) => ({
          value,
          label: t(`maintenance.often.${value}`),
        }))}
        className="justify-self-start max-tablet:h-11"
      />
      {weekly && <Days {...props} />}
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t(weekly ? "maintenance.firstDay" : "maintenance.from")}
          type="date"
          value={draft.first_day}
          problem={wrong("first_day")}
          onChange={(first_day) => {
            onDraft(beginningAt(draft, { first_day }));
          }}
        />
        <TextField
          label={t("maintenance.fromTime")}
          type="time"
          value={draft.starts}
          problem={wrong("starts")}
          onChange={(starts) => {
            onDraft(beginningAt(draft, { starts }));
          }}
        />
        {weekly ? (
          <>
            <TextField
              label={t("maintenance.until.label")}
              type="date"
              value={draft.last_day}
              min={draft.first_day}
              problem={wrong("last_day")}
              onChange={(last_day) => {
                onDraft({ ...draft, last_day });
              }}
            />
            <Select
              label={t("maintenance.length")}
              value={String(draft.minutes)}
              onChange={(value) => {
                onDraft({ ...draft, minutes: Number(value) });
              }}
              options={lengthsOf(draft).map((value) => ({
                value: String(value),
                label: length(value),
              }))}
            />
          </>
        ) : (
          <>
            <TextField
              label={t("maintenance.to")}
              type="date"
              value={draft.end_day}
              min={draft.first_day}
              problem={wrong("minutes")}
              onChange={(end_day) => {
                onDraft({ ...draft, end_day });
              }}
            />
            <TextField
              label={t("maintenance.toTime")}
              type="time"
              value={draft.ends}
              problem={wrong("minutes")}
              onChange={(ends) => {
                onDraft({ ...draft, ends });
              }}
            />
          </>
        )}
      </div>
      <Select
        label={t("maintenance.timezone")}
        value={draft.timezone}
        onChange={(timezone) => {
          onDraft({ ...draft, timezone });
        }}
        options={zonesOf(draft).map((value) => ({ value, label: zoneName(t, value) }))}
      />
    </>
  );
}
