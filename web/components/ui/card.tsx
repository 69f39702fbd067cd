import clsx from "clsx";
import type { ReactNode } from "react";

export interface CardProps {
  title: string;
  /** Said after the title in support grey. */
  note?: ReactNode;
  /** Right end of the header: keys, switches. */
  aside?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
  className?: string;
  id?: string;
}

/** A panel: header 40 px, body, optional footer 36 px. Named by its title. */
export function Card({ title, note, aside, footer, children, className, id }: CardProps) {
  return (
    <section
      id={id}
      aria-label={title}
      className={clsx(
        "flex min-w-0 flex-col overflow-hidden rounded-panel border border-line-1 bg-panel",
        className,
      )}
    >
      <header className="flex min-h-(--h-panel-head) shrink-0 items-center gap-2 pr-2 pl-3 max-tablet:flex-wrap max-tablet:py-1.5">
        <h2 className="text-title font-semibold whitespace-nowrap">{title}</h2>
        {note !== undefined && (
          <span className="min-w-0 truncate text-small text-fg-3">{note}</span>
        )}
        <span className="grow" />
        {aside}
      </header>
      {children}
      {footer !== undefined && (
        <footer className="mt-auto flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line-1 px-3 py-1 text-micro text-fg-3">
          {footer}
        </footer>
      )}
    </section>
  );
}
