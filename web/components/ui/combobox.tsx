"use client";

import clsx from "clsx";
import { Check, ChevronDown, Search } from "lucide-react";
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

export interface ComboboxOption {
  value: string;
  label: string;
  /** Meta at the right: a count, a masked CNPJ. */
  meta?: string;
  /** Further text that the search finds. */
  keywords?: string;
  /** Heading under which it stands; options of one heading come together. */
  group?: string;
}

export interface ComboboxProps {
  label: string;
  options: readonly ComboboxOption[];
  value: string;
  onChange: (value: string) => void;
  searchLabel: string;
  /** Said when nothing matches what was typed. */
  emptyText: (typed: string) => string;
  icon?: ReactNode;
}

/** Lower case without accents: "Ótica" is found by "otica". */
const plain = (text: string) =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();

function matching(options: readonly ComboboxOption[], typed: string): ComboboxOption[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  return options.filter((option) => {
    const text = plain(`${option.label} ${option.keywords ?? ""}`);
    return words.every((word) => text.includes(word));
  });
}

interface ListProps extends Omit<ComboboxProps, "icon" | "onChange"> {
  onChoose: (value: string) => void;
}

function ComboboxList({ label, options, value, searchLabel, emptyText, onChoose }: ListProps) {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const found = useMemo(() => matching(options, typed), [options, typed]);
  const current = found[Math.min(active, found.length - 1)];
  const idOf = (option: ComboboxOption) => `${listId}-${option.value}`;

  const move = (event: KeyboardEvent, step: number) => {
    event.preventDefault();
    if (found.length === 0) return;
    const next = (active + step + found.length) % found.length;
    setActive(next);
    const target = found[next];
    if (target) document.getElementById(idOf(target))?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") move(event, 1);
    if (event.key === "ArrowUp") move(event, -1);
    if (event.key === "Enter" && current) onChoose(current.value);
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line-1 px-3">
        <Search aria-hidden size={14} className="shrink-0 text-fg-3" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={current ? idOf(current) : undefined}
          aria-label={searchLabel}
          placeholder={searchLabel}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-10 w-full bg-transparent text-body outline-none placeholder:text-fg-3"
        />
      </div>
      <ul id={listId} role="listbox" aria-label={label} className="max-h-80 overflow-y-auto p-1">
        {found.map((option, index) => (
          <ComboboxItem
            key={option.value}
            id={idOf(option)}
            option={option}
            heading={option.group !== found[index - 1]?.group ? option.group : undefined}
            chosen={option.value === value}
            active={option === current}
            onPoint={() => setActive(index)}
            onChoose={onChoose}
          />
        ))}
      </ul>
      {found.length === 0 && (
        <p className="px-3 pt-1 pb-4 text-small text-fg-3">{emptyText(typed)}</p>
      )}
    </>
  );
}

interface ItemProps {
  id: string;
  option: ComboboxOption;
  heading: string | undefined;
  chosen: boolean;
  active: boolean;
  onPoint: () => void;
  onChoose: (value: string) => void;
}

function ComboboxItem({ id, option, heading, chosen, active, onPoint, onChoose }: ItemProps) {
  return (
    <>
      {heading !== undefined && (
        <li role="presentation" className="px-2 pt-2 pb-1 text-micro text-fg-3">
          {heading}
        </li>
      )}
      <li
        id={id}
        role="option"
        aria-selected={chosen}
        onPointerMove={onPoint}
        onClick={() => onChoose(option.value)}
        className={clsx(
          "flex min-h-8 cursor-pointer items-center gap-2 rounded-cell px-2",
          active && "bg-hover",
        )}
      >
        <span className="min-w-0 grow truncate">{option.label}</span>
        {option.meta !== undefined && (
          <span className="shrink-0 font-mono text-micro text-fg-3">{option.meta}</span>
        )}
        <Check aria-hidden size={14} className={clsx("shrink-0", !chosen && "invisible")} />
      </li>
    </>
  );
}

/** One of a long list, found by typing. The list opens under the button. */
export function Combobox({ icon, onChange, ...list }: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const chosen = list.options.find((option) => option.value === list.value);
  const choose = (value: string) => {
    setOpen(false);
    onChange(value);
  };
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        aria-label={`${list.label}: ${chosen?.label ?? ""}`}
        className="inline-flex h-7 min-w-0 items-center gap-1.5 rounded-control border border-line-2 bg-panel pr-2 pl-2.5 text-small max-tablet:h-11 whitespace-nowrap transition-colors duration-(--t-fast) hover:bg-hover"
      >
        {icon}
        <span className="min-w-0 truncate font-medium">{chosen?.label}</span>
        {chosen?.meta !== undefined && (
          // Drawn, not written: what is read on the button must be part of its name.
          <span
            data-meta={chosen.meta}
            className="text-fg-3 after:content-[attr(data-meta)]"
          />
        )}
        <ChevronDown aria-hidden size={12} className="shrink-0 text-fg-2" />
      </PopoverTrigger>
      <PopoverContent label={list.label} className="w-80 max-w-[calc(100vw-16px)]">
        <ComboboxList {...list} onChoose={choose} />
      </PopoverContent>
    </Popover>
  );
}
