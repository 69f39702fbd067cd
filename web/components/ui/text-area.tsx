"use client";

import clsx from "clsx";
import { useId, type KeyboardEventHandler, type Ref } from "react";

export interface TextAreaProps {
  label: string;
  /** The label is only said, where what stands around it names the field. */
  quiet?: boolean;
  value: string;
  onChange: (value: string) => void;
  /** Most characters that are taken. */
  most: number;
  /** "12 de 500"; shown from the first character on. */
  count: (n: number) => string;
  placeholder?: string;
  rows?: number;
  /** Id of the sentence that says what is wrong with it. */
  problem?: string | undefined;
  onKeyDown?: KeyboardEventHandler<HTMLTextAreaElement>;
  ref?: Ref<HTMLTextAreaElement>;
  className?: string;
}

/** A field of several lines that counts what it holds. */
export function TextArea({
  label,
  quiet = false,
  value,
  onChange,
  most,
  count,
  rows = 3,
  problem,
  className,
  ...rest
}: TextAreaProps) {
  const id = useId();
  const counted = `${id}-count`;
  return (
    <div className={clsx("grid min-w-0 gap-1", className)}>
      <span className={clsx("flex items-baseline gap-2", quiet && "sr-only")}>
        <label htmlFor={id} className="grow text-small font-medium">
          {label}
        </label>
        <span id={counted} className="text-micro text-fg-3">
          {count(value.length)}
        </span>
      </span>
      <textarea
        id={id}
        rows={rows}
        value={value}
        maxLength={most}
        aria-describedby={clsx(counted, problem)}
        aria-invalid={problem !== undefined}
        onChange={(event) => onChange(event.target.value)}
        className="field-sizing-content max-h-40 w-full resize-none rounded-control border border-line-3 bg-panel px-3 py-2 text-body placeholder:text-fg-3 max-tablet:text-lead"
        {...rest}
      />
    </div>
  );
}
