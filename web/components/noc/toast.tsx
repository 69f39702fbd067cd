"use client";

import { Info } from "lucide-react";
import { useEffect } from "react";

const SHOWN_MS = 6_000;

export interface Notice {
  sentence: string;
  /** Tells two equal sentences apart. */
  id: number;
}

export interface ToastProps {
  notice: Notice | null;
  onOver: () => void;
}

/** What was just done, for those who look and for those who listen. */
export function Toast({ notice, onOver }: ToastProps) {
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(onOver, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [notice, onOver]);
  return (
    <div
      role="status"
      className="pointer-events-none fixed bottom-4 left-4 z-(--z-toast) flex max-desk:bottom-24 max-tablet:inset-x-3 max-tablet:bottom-34 max-tablet:justify-center"
    >
      {notice !== null && (
        <p
          key={notice.id}
          className="flex max-w-md items-start gap-2 rounded-control bg-raised px-3.5 py-2.5 text-body font-medium text-fg-1 shadow-pop"
        >
          <Info aria-hidden size={16} className="mt-0.5 shrink-0 text-fg-2" />
          {notice.sentence}
        </p>
      )}
    </div>
  );
}
