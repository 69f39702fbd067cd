/** Which open alerts ask for somebody, and which are only kept in sight. Pure. */
import type { Alert, Mute } from "./types";

export type Group =
  /** Nobody is told, for the same cause. */
  | { kind: "muted"; key: string; cause: Mute; alerts: Alert[] }
  /** Parts of an incident that is listed itself. */
  | { kind: "parts"; key: string; incident: Alert; alerts: Alert[] };

export interface Sorted {
  /** What the badge counts. */
  active: Alert[];
  groups: Group[];
}

/** One cause, one heading: silences together, windows together, each inhibiting alert by itself. */
function causeOf({ kind, code, service }: Mute): string {
  return kind === "inhibition" ? [kind, code, service].join(":") : kind;
}

export function sortMuted(alerts: readonly Alert[]): Sorted {
  const incidents = new Map(alerts.filter((one) => one.incident).map((one) => [one.alert_id, one]));
  const active: Alert[] = [];
  const groups = new Map<string, Group>();
  for (const alert of alerts) {
    const incident = alert.parent_id === null ? undefined : incidents.get(alert.parent_id);
    const { muted_by: cause } = alert;
    if (cause === null && incident === undefined) {
      active.push(alert);
      continue;
    }
    const made: Group | null =
      cause !== null
        ? { kind: "muted", key: causeOf(cause), cause, alerts: [] }
        : incident === undefined
          ? null
          : { kind: "parts", key: incident.alert_id, incident, alerts: [] };
    if (made === null) continue;
    const group = groups.get(made.key) ?? made;
    group.alerts.push(alert);
    groups.set(group.key, group);
  }
  return { active, groups: [...groups.values()] };
}
