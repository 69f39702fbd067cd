import clsx from "clsx";

export interface SliderProps {
  label: string;
  /** The value as it is said: "1.200 ms". */
  said: string;
  value: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  className?: string;
}

/** The browser's own slider, from zero on: arrows, page keys, Home and End move it. */
export function Slider({ label, said, value, max, step, onChange, className }: SliderProps) {
  return (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={said}
      min={0}
      max={max}
      step={step}
      value={value}
      onChange={(event) => onChange(event.target.valueAsNumber)}
      className={clsx("h-6 w-full min-w-0 cursor-pointer accent-(--bg-invert) max-tablet:h-11", className)}
    />
  );
}
