/** Why an action was not planned or not done, in words. Pure. */
import type { NocError } from "./error";
import type { Translate } from "./i18n";
import type { ActionWarning } from "./types/actions";

/** Nobody knows whether the database did it: the same key finds out without doing it again. */
export function isInDoubt({ kind }: NocError): boolean {
  return kind === "no-contact";
}

/** The plan cannot be executed any more; another has to be shown. */
export function needsNewPlan({ hint }: NocError): boolean {
  return hint === "plan_stale" || hint === "plan_expired" || hint === "plan_not_found";
}

/** `planning`: nothing was asked to be done yet. */
export function actionFailure(t: Translate, error: NocError, planning = false): string {
  const { kind, code, hint } = error;
  if (kind === "session") return t("action.error.session");
  if (kind === "no-contact") {
    if (planning) return t("action.error.noContactPlan");
    return t(code === "TIMEOUT" ? "action.error.timeout" : "action.error.noContact");
  }
  const known = hint === null ? null : t.find("action.error", hint);
  return known ?? t("action.error.other", { code });
}

/** Why there is nothing to do: the warnings that the database sends along. */
export function reasonsOf({ hint, details }: NocError): ActionWarning[] {
  if (hint !== "nothing_to_do" || details === null) return [];
  try {
    const parsed: unknown = JSON.parse(details);
    return Array.isArray(parsed) ? (parsed as ActionWarning[]) : [];
  } catch {
    return [];
  }
}
