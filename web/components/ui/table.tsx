import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";

/** Rows of 32 px under a sunken header; it scrolls sideways inside its panel. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    // A region that scrolls must be reachable by keyboard.
    <div className="min-w-0 overflow-x-auto" role="group" aria-label={label} tabIndex={0}>
      <table className="w-full border-separate border-spacing-0">{children}</table>
    </div>
  );
}

interface CellProps extends ComponentProps<"td"> {
  /** Numbers stand at the right. */
  numeric?: boolean;
}

export function TableHead({ numeric = false, className, ...rest }: CellProps) {
  return (
    <th
      scope="col"
      className={clsx(
        "h-(--h-row) border-y border-line-1 bg-sunken px-3 text-small font-medium whitespace-nowrap text-fg-3",
        numeric ? "text-right" : "text-left",
        className,
      )}
      {...rest}
    />
  );
}

export function TableRow({ className, ...rest }: ComponentProps<"tr">) {
  return (
    <tr
      className={clsx("group transition-colors duration-(--t-fast) hover:bg-hover", className)}
      {...rest}
    />
  );
}

export function TableCell({ numeric = false, className, ...rest }: CellProps) {
  return (
    <td
      className={clsx(
        "h-(--h-row) border-b border-line-1 px-3 text-body whitespace-nowrap group-last:border-b-0",
        numeric && "text-right",
        className,
      )}
      {...rest}
    />
  );
}
