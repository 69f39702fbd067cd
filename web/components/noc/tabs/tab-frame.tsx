"use client";

import type { ReactNode } from "react";
import { PanelState, showsContent, type Condition } from "../panel-state";
import type { PanelShape } from "../panel-skeleton";

export interface TabFrameProps {
  name: string;
  condition: Condition;
  shape?: PanelShape;
  /** Filters and what is done with the whole list; stays while the list is read. */
  toolbar?: ReactNode;
  /** Said below what is shown; not below a skeleton or an error. */
  footer?: ReactNode;
  children: ReactNode;
}

/** What an open tab shows, or what it is instead. */
export function TabFrame({ name, condition, shape = "table", toolbar, footer, children }: TabFrameProps) {
  return (
    <div className="flex min-w-0 flex-col">
      {toolbar}
      <PanelState name={name} condition={condition} shape={shape}>
        {children}
      </PanelState>
      {footer !== undefined && showsContent(condition) && (
        <footer className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line-1 px-3 py-1 text-micro text-fg-3">
          {footer}
        </footer>
      )}
    </div>
  );
}
