"use client";

import type { ReactNode } from "react";
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
  icon?: ReactNode;
  /** What is said of it where the label alone does not tell whom it is about. */
  name?: string;
  /** On a phone its sign alone is shown; the label is still said. */
  compact?: boolean;
  className?: string;
}

/** Opens the preview of an action; a locked one stays where it was and says why. */
export function ActionButton(props: ActionButtonProps) {
  const { ask, label, locked, tone = "outline", size = "row", icon, name, compact = false, className = "" } = props;
  const actions = useActions();
  const reason = locked ?? actions.locked;
  const said = name === undefined ? {} : { "aria-label": name };
  const word = compact ? <span className="max-tablet:sr-only">{label}</span> : label;
  if (reason !== null) {
    return (
      <LockedButton size={size} reason={reason} className={className} {...said}>
        {word}
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
      {...said}
    >
      {icon}
      {word}
    </Button>
  );
}
