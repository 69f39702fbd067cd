"use client";

import type { KeyboardEvent } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { isChord, isTyping } from "@/hooks/use-shortcuts";
import type { Alert } from "@/lib/noc/types";

/**
 * `A` on anything inside an element acknowledges the alert that it shows. Menus and popovers,
 * which are drawn elsewhere, and fields keep their keys.
 */
export function useAckKey(alert: Alert | null): (event: KeyboardEvent<HTMLElement>) => void {
  const { may, submit } = useAlertWork();
  return (event) => {
    const { target, currentTarget } = event;
    if (!(target instanceof Node) || !currentTarget.contains(target) || isTyping(target)) return;
    if (event.key.toLowerCase() !== "a" || isChord(event.nativeEvent)) return;
    if (alert === null || alert.state !== "open" || !may(alert)) return;
    event.preventDefault();
    void submit(alert.alert_id, { kind: "ack", minutes: null, note: null });
  };
}
