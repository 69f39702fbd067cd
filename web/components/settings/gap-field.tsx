"use client";

import clsx from "clsx";
import { useT } from "@/lib/noc/i18n";
import type { Gap } from "@/lib/noc/rule-draft";
import type { Status } from "@/lib/noc/types";
import { looks } from "@/lib/noc/status";
import { StatusShape } from "../noc/status-shape";

export interface GapFieldProps {
  gap: Gap;
  value: string;
  /** After the number: "ms", "%". */
  unit: string;
  locked: boolean;
  wrong: boolean;
  /** Whose limit it is. */
  status?: Status;
  onChange: (value: string) => void;
}

/** One gap of the rule's sentence: a number that is written where it is read. */
export function GapField({ gap, value, unit, locked, wrong, status, onChange }: GapFieldProps) {
  const t = useT();
  return (
    <span
      className={clsx(
        "mx-0.5 inline-flex h-7 items-center gap-1 rounded-control border px-1.5 align-middle font-semibold",
        "focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus max-tablet:h-11",
        status === undefined
          ? "border-line-3 bg-raised"
          : [looks[status].scope, "border-state-edge bg-state-tint text-state-fg"],
        locked && "border-dashed",
      )}
    >
      {status !== undefined && <StatusShape status={status} size={14} />}
      <input
        aria-label={[t(`ruleEdit.field.${gap}`), unit].filter(Boolean).join(", ")}
        aria-invalid={wrong}
        inputMode="decimal"
        autoComplete="off"
        readOnly={locked}
        value={value}
        placeholder={t("ruleEdit.none")}
        onChange={(event) => onChange(event.target.value)}
        // As wide as what it holds, with room for one more.
        size={Math.max(value.length, value === "" ? 5 : 1) + 1}
        className="field-sizing-content min-w-6 bg-transparent text-center outline-none placeholder:font-normal placeholder:text-current"
      />
      {unit !== "" && value !== "" && <span className="font-medium">{unit}</span>}
    </span>
  );
}
