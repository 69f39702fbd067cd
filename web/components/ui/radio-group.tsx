"use client";

import clsx from "clsx";
import { RadioGroup as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Choice<V extends string> {
  value: V;
  label: ReactNode;
}

export interface SegmentsProps<V extends string> {
  label: string;
  choices: readonly Choice<V>[];
  value: V;
  onChange: (value: V) => void;
  className?: string;
}

/** A row of choices of which exactly one is on; arrows move between them. */
export function Segments<V extends string>({
  label,
  choices,
  value,
  onChange,
  className,
}: SegmentsProps<V>) {
  const choose = (chosen: string) => {
    const choice = choices.find((each) => each.value === chosen);
    if (choice) onChange(choice.value);
  };
  return (
    <Radix.Root
      aria-label={label}
      value={value}
      onValueChange={choose}
      className={clsx(
        "inline-flex h-7 shrink-0 rounded-control border border-line-2 bg-panel p-0.5 max-tablet:h-11",
        className,
      )}
    >
      {choices.map((choice) => (
        <Radix.Item
          key={choice.value}
          value={choice.value}
          className={clsx(
            "inline-flex items-center gap-1 rounded-cell px-2 text-small whitespace-nowrap text-fg-2",
            "transition-colors duration-(--t-fast) hover:text-fg-1",
            "data-[state=checked]:bg-selected data-[state=checked]:font-[550]",
            "data-[state=checked]:text-fg-1",
          )}
        >
          {choice.label}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
