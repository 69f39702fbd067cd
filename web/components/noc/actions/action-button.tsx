"use client";

import { useActions } from "@/hooks/use-actions";
import type { ActionAsk } from "@/lib/noc/action";
import { Button, type ButtonProps } from "../../ui/button";
import { LockedButton } from "../locked-button";

export interface ActionButtonProps {
  ask: ActionAsk;
  label: string;
  /** Why it may not be pressed, in words; null: it may. */
  locked: string | null;
  tone?: ButtonProps["look"];
  size?: ButtonProps["size"];
  className?: string;
}

/** Opens the preview of an action; a locked one stays where it was and says why. */
export function ActionButton({ ask, label, locked, tone = "outline", size = "row", className = "" }: ActionButtonProps) {
  const actions = useActions();
  if (locked !== null) {
    return (
      <LockedButton size={size} reason={locked} className={className}>
        {label}
      </LockedButton>
    );
  }
  return (
    <Button
      look={tone}
      size={size}
      className={className}
      aria-haspopup="dialog"
      onClick={() => {
        actions.ask(ask);
      }}
    >
      {label}
    </Button>
  );
}
