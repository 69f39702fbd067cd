"use client";

import { Info } from "lucide-react";
import { useEffect } from "react";
import type { Offer } from "@/hooks/use-alert-work";
import { Button } from "../ui/button";

const SHOWN_MS = 6_000;

export interface Notice {
  sentence: string;
  /** Tells two equal sentences apart. */
  id: number;
  /** What can be done about it for as long as it is shown. */
  offer?: Offer | undefined;
}

export interface ToastProps {
  notice: Notice | null;
  onOver: () => void;
}

/** What was just done, for those who look and for those who listen. */
export function Toast({ notice, onOver }: ToastProps) {
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(onOver, notice.offer?.ms ?? SHOWN_MS);
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
          <span>{notice.sentence}</span>
          {notice.offer !== undefined && (
            <Button
              look="tonal"
              className="pointer-events-auto -my-1 ml-1 max-tablet:-my-2 max-tablet:h-11"
              onClick={() => {
                notice.offer?.run();
                onOver();
              }}
            >
              {notice.offer.label}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
