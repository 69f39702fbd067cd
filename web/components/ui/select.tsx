"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface SelectOption<V extends string> {
  value: V;
  label: string;
}

export interface SelectProps<V extends string> {
  label: string;
  options: readonly SelectOption<V>[];
  value: V;
  onChange: (value: V) => void;
  /** Said before the value in meta grey. */
  prefix?: ReactNode;
}

/** One of a short list. For a long list with search see Combobox. */
export function Select<V extends string>({
  label,
  options,
  value,
  onChange,
  prefix,
}: SelectProps<V>) {
  const choose = (chosen: string) => {
    const option = options.find((each) => each.value === chosen);
    if (option) onChange(option.value);
  };
  return (
    <Radix.Root value={value} onValueChange={choose}>
      <Radix.Trigger
        aria-label={label}
        className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-control border border-line-2 bg-panel pr-2 pl-2.5 text-small whitespace-nowrap transition-colors duration-(--t-fast) hover:bg-hover"
      >
        {prefix !== undefined && <span className="text-fg-3">{prefix}</span>}
        <span className="font-medium">
          <Radix.Value />
        </span>
        <ChevronDown aria-hidden size={12} className="text-fg-2" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={6}
          collisionPadding={8}
          className="z-(--z-popover) max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-panel bg-raised text-small text-fg-1 shadow-pop"
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="flex h-7 items-center justify-between gap-4 rounded-cell px-2 outline-none select-none data-[highlighted]:bg-hover"
              >
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator>
                  <Check aria-hidden size={14} />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
