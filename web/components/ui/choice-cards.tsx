"use client";

import { RadioGroup as Radix } from "radix-ui";

export interface ChoiceCard<V extends string> {
  value: V;
  title: string;
  /** What it means here; under the title. */
  note: string;
}

export interface ChoiceCardsProps<V extends string> {
  label: string;
  choices: readonly ChoiceCard<V>[];
  value: V;
  onChange: (value: V) => void;
}

/** Choices that need a line of explanation, one under the other; arrows move between them. */
export function ChoiceCards<V extends string>({ label, choices, value, onChange }: ChoiceCardsProps<V>) {
  const choose = (chosen: string) => {
    const choice = choices.find((each) => each.value === chosen);
    if (choice) onChange(choice.value);
  };
  return (
    <Radix.Root
      aria-label={label}
      value={value}
      onValueChange={choose}
      className="grid overflow-hidden rounded-control border border-line-2"
    >
      {choices.map((choice) => (
        <Radix.Item
          key={choice.value}
          value={choice.value}
          className="group flex min-h-9 items-center gap-2.5 border-t border-line-1 px-3 py-1.5 text-left first:border-t-0 hover:bg-hover data-[state=checked]:bg-selected max-tablet:min-h-11"
        >
          <span
            aria-hidden
            className="grid size-3.5 shrink-0 place-items-center rounded-full border border-line-3 after:size-1.5 after:rounded-full group-data-[state=checked]:border-current group-data-[state=checked]:after:bg-current"
          />
          <span className="grid min-w-0 grow">
            <span className="font-medium">{choice.title}</span>
            <span className="min-w-0 truncate text-small text-fg-2">{choice.note}</span>
          </span>
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
