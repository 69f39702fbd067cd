"use client";

import type { KeyboardEvent } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { isChord, isTyping } from "@/hooks/use-shortcuts";
import type { Alert } from "@/lib/noc/types";

/**
 * `A` on anything inside an element acknowledges the alert that it shows, `S` silences. Menus and popovers,
 * which are drawn elsewhere, and fields keep their keys.
 */
export function useAlertKeys(alert: Alert | null): (event: KeyboardEvent<HTMLElement>) => void {
  const { may, submit, askSilence } = useAlertWork();
  return (event) => {
    const { target, currentTarget } = event;
    if (!(target instanceof Node) || !currentTarget.contains(target) || isTyping(target)) return;
    const key = event.key.toLowerCase();
    if ((key !== "a" && key !== "s") || isChord(event.nativeEvent)) return;
    if (alert === null || alert.state === "closed" || !may(alert)) return;
    if (key === "a" && alert.state !== "open") return;
    event.preventDefault();
    if (key === "s") askSilence(alert);
    else void submit(alert.alert_id, { kind: "ack", minutes: null, note: null });
  };
}
