"use client";

import clsx from "clsx";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import type { Alert } from "@/lib/noc/types";

/** The initials of a role, name or address: "Operador 2" is "O2", "ana.reis@…" is "AR". */
function initials(owner: string): string {
  const words = owner.replace(/@.*/, "").split(/[\s.]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}

interface PersonProps {
  /** Null: nobody. */
  mark: string | null;
  said: string;
  whole?: string;
  className?: string | undefined;
}

function Person({ mark, said, whole = said, className }: PersonProps) {
  return (
    <span className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap", className)}>
      <span
        aria-hidden
        className={clsx(
          "noc-avatar",
          mark === null ? "border-dashed border-line-3 text-fg-3" : "border-line-2 bg-selected",
        )}
      >
        {mark ?? "?"}
      </span>
      <span className="truncate" title={whole}>
        {said}
      </span>
    </span>
  );
}

/**
 * Who is responsible. Nobody inferred: an alert without an owner says so. Those who only read are
 * not told who it is, so for them nothing is said until somebody acknowledged.
 */
export function AlertOwner({ alert, className }: { alert: Alert; className?: string }) {
  const t = useT();
  const { email, may } = useAlertWork();
  const { owner, state } = alert;
  if (owner !== null) {
    const said = owner === email ? t("incident.you") : (owner.split("@")[0] ?? owner);
    return <Person mark={initials(owner)} said={said} whole={owner} className={className} />;
  }
  if (may(alert)) return <Person mark={null} said={t("alerts.noOwner")} className={className} />;
  if (state !== "ack") return null;
  const operator = t("alert.operator");
  return <Person mark={initials(operator)} said={operator} className={className} />;
}
