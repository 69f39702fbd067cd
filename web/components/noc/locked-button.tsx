"use client";

import { Lock } from "lucide-react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { Button, type ButtonProps } from "../ui/button";
import { Tooltip } from "../ui/tooltip";

export interface LockedButtonProps extends Omit<ButtonProps, "onClick" | "look"> {
  /** Why the caller may not do this. */
  reason: string;
}

/** A refused action stays where it was, dashed, and says why: on focus, hover and touch. */
export function LockedButton({ reason, children, ...rest }: LockedButtonProps) {
  const { tell } = useAlertWork();
  return (
    <Tooltip content={reason}>
      <Button
        aria-disabled
        onClick={() => {
          tell(reason);
        }}
        {...rest}
      >
        <Lock aria-hidden size={12} />
        {children}
      </Button>
    </Tooltip>
  );
}
