import clsx from "clsx";
import { useId } from "react";

export interface SelectProps {
  label: string;
  value: string;
  /** One that is locked is read and cannot be chosen. */
  options: readonly { value: string; label: string; locked?: boolean }[];
  onChange: (value: string) => void;
  className?: string;
}

/** The browser's own list: inside a dialog nothing else may lie above the page. */
export function Select({ label, value, options, onChange, className }: SelectProps) {
  const id = useId();
  return (
    <span className={clsx("grid min-w-0 gap-1", className)}>
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 w-full min-w-0 rounded-control border border-line-3 bg-panel px-2 text-body max-tablet:h-11 max-tablet:text-lead"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.locked}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
