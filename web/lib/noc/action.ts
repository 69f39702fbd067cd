/** What a person may ask of the queues, jobs, sources and contacts. Pure. */
import type { ActionKind } from "./types";

/** An action before it is previewed; the drawer asks for the rest. Company and group null: all. */
export interface ActionAsk {
  action: ActionKind;
  company_cnpj: string | null;
  group_id: string | null;
  params: Record<string, unknown>;
  /** The alert that it is launched from. */
  alert_id: string | null;
}
