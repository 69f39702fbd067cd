/** What a silence reaches and for how long, before it is sent. Pure. */
import type { Alert, Matcher, Role, Severity } from "./types";

/** `alert`: this episode alone. `chosen`: what the reader picks field by field. */
export type Reach = "alert" | "rule" | "service" | "chosen";

/** One value of each field, null where any will do. */
export interface Chosen {
  company_cnpj: string | null;
  service: string | null;
  code: string | null;
  severity: Severity | null;
}

export const nothingChosen: Chosen = {
  company_cnpj: null,
  service: null,
  code: null,
  severity: null,
};

const is = (field: Matcher["field"], value: string | null): Matcher[] =>
  value === null ? [] : [{ field, op: "=", value }];

/** The matchers of a choice; none when nothing was chosen yet. */
export function matchersOf(reach: Reach, alert: Alert | null, chosen: Chosen): Matcher[] {
  if (reach === "chosen" || alert === null) {
    return [
      ...is("company_cnpj", chosen.company_cnpj),
      ...is("service", chosen.service),
      ...is("code", chosen.code),
      ...is("severity", chosen.severity),
    ];
  }
  const company = is("company_cnpj", alert.company_cnpj);
  switch (reach) {
    case "alert":
      return is("alert_id", alert.alert_id);
    case "rule":
      return [...company, ...is("code", alert.title)];
    case "service":
      return [...company, ...is("service", alert.service)];
  }
}

/** What may be offered for an alert; without one only a choice of one's own. */
export function reachesOf(alert: Alert | null): Reach[] {
  if (alert === null) return ["chosen"];
  return ["alert", "rule", ...(alert.service === null ? [] : (["service"] as const)), "chosen"];
}

const HOUR = 60;
const DAY = 24 * HOUR;
/** Minutes for which a franqueado's silence covers critical alerts. */
export const CRITICAL_MINUTES = 4 * HOUR;

/** Times that are offered, in minutes; the database keeps the limits. */
export function durationsOf(role: Role | null): number[] {
  const short = [30, HOUR, 4 * HOUR, DAY];
  return role === "admin" ? [...short, 7 * DAY] : short;
}
