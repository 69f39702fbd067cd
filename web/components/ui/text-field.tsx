"use client";

import clsx from "clsx";
import { useId, type ComponentProps } from "react";

export interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Id of the sentence that says what is wrong with it. */
  problem?: string | undefined;
}

/** A field of one line under its label. */
export function TextField({ label, onChange, problem, className, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <span className={clsx("grid min-w-0 gap-1", className)}>
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={problem !== undefined}
        aria-describedby={problem}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 w-full min-w-0 rounded-control border border-line-3 bg-panel px-3 text-body placeholder:text-fg-3 max-tablet:h-11 max-tablet:text-lead"
        {...rest}
      />
    </span>
  );
}
