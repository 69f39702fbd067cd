import clsx from "clsx";
import type { ComponentProps } from "react";

type Look = "primary" | "tonal" | "outline" | "ghost";
type Size = "row" | "control" | "large" | "touch";

const looks: Record<Look, string> = {
  primary: "border-invert bg-invert text-fg-invert hover:bg-invert-hover",
  tonal: "border-line-2 bg-selected text-fg-1 hover:bg-hover",
  outline: "border-line-2 bg-panel text-fg-1 hover:bg-hover",
  ghost: "border-transparent bg-transparent text-fg-2 hover:bg-hover hover:text-fg-1",
};

const sizes: Record<Size, string> = {
  row: "h-6 rounded-cell px-2 text-small",
  control: "h-7 rounded-control px-2.5 text-small",
  large: "h-9 rounded-control px-3.5 text-body",
  touch: "h-11 rounded-control px-3.5 text-body",
};

export interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  size?: Size;
  /** A square button whose name is its aria-label. */
  icon?: boolean;
}

/** One primary in each context; a refused action stays visible through aria-disabled. */
export function Button({
  look = "outline",
  size = "control",
  icon = false,
  className,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 border font-medium",
        "whitespace-nowrap transition-colors duration-(--t-fast)",
        "disabled:cursor-not-allowed disabled:border-dashed disabled:bg-sunken disabled:text-fg-3",
        "aria-disabled:cursor-not-allowed aria-disabled:border-dashed",
        "aria-disabled:bg-sunken aria-disabled:text-fg-3",
        looks[look],
        sizes[size],
        icon && "aspect-square px-0",
        className,
      )}
      {...rest}
    />
  );
}
