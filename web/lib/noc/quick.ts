/** Which action stands beside what asks for it, and why it cannot be taken. Pure. */
import type { ActionAsk } from "./action";
import type { Translate } from "./i18n";
import type { ActionKind, Alert, ServiceName } from "./types";
import type { Action } from "./types/actions";

export interface Offer {
  ask: ActionAsk;
  label: string;
  /** Why not, in words; null: it may be taken. */
  locked: string | null;
}

interface Subject {
  company_cnpj: string | null;
  alert_id: string | null;
}

type Trouble = Pick<Alert, "title" | "service" | "alert_id" | "company_cnpj">;

/** The action that a rule's trouble asks for; null: none in particular. */
export function actionFor(
  { title, service }: Pick<Alert, "title" | "service">,
  services: readonly ServiceName[],
): ActionKind | null {
  if (/queue_dead$/.test(title) || /job/.test(title)) return "reprocess";
  if (/queue/.test(title)) return "pause_queue";
  const kind = services.find((each) => each.service_name === service)?.kind;
  return kind === "erp" ? "switch_source" : null;
}

function offerOf(t: Translate, action: ActionKind, subject: Subject, params: ActionAsk["params"]): Offer {
  const { company_cnpj, alert_id } = subject;
  return {
    ask: { action, company_cnpj, group_id: null, params, alert_id },
    label: t(`action.${action}`),
    locked: company_cnpj === null ? t("action.locked.several") : null,
  };
}

/** Beside an alert: what its rule asks for, taken back where it is in effect already. */
export function alertOffer(
  t: Translate,
  alert: Trouble,
  services: readonly ServiceName[],
  pause: Action | null,
): Offer | null {
  const action = actionFor(alert, services);
  switch (action) {
    case null:
      return null;
    case "pause_queue":
      return offerOf(t, pause === null ? "pause_queue" : "resume_queue", alert, {});
    case "reprocess":
      return offerOf(t, action, alert, { kind: /queue/.test(alert.title) ? "message" : "job" });
    default:
      return offerOf(t, action, alert, { source: "mock" });
  }
}

/** Telling the contacts of an alert's company suits any alert. */
export function notifyOffer(t: Translate, alert: Subject): Offer {
  return offerOf(t, "notify", alert, {});
}

/** What a company's row offers, whatever its state. */
export function companyOffers(t: Translate, company_cnpj: string, pause: Action | null): Offer[] {
  const subject: Subject = { company_cnpj, alert_id: null };
  return [
    offerOf(t, pause === null ? "pause_queue" : "resume_queue", subject, {}),
    offerOf(t, "switch_source", subject, { source: "mock" }),
    offerOf(t, "notify", subject, {}),
  ];
}
