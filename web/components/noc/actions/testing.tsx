/** For tests only: plans and actions as the database answers them. */
import type { Action, ActionList, Plan } from "@/lib/noc/types/actions";
import { ago, NOW } from "../testing";

const ahead = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

export function makePlan(change: Partial<Plan> = {}): Plan {
  return {
    plan_id: "plan-1",
    action: "pause_queue",
    company_cnpj: "11222333000181",
    company_name: "Farmácia Ipê Amarelo",
    group_id: null,
    group_name: null,
    alert_id: null,
    payload: { until: ahead(1800) },
    size: 1,
    until: ahead(1800),
    reversible: true,
    needs_reason: false,
    confirm: null,
    requires_approval: false,
    effect: { code: "pause_queue", window_s: 60 },
    plan_hash: "7c1e00000090",
    created_at: ago(0),
    expires_at: ahead(120),
    counts: { pending: 128, sending: 3, oldest_at: ago(360), sent_last_10min: 12, companies: 1 },
    samples: [],
    warnings: [],
    ...change,
  };
}

export function makeAction(change: Partial<Action> = {}): Action {
  return {
    action_id: "action-1",
    action: "pause_queue",
    status: "succeeded",
    company_cnpj: "11222333000181",
    company_name: "Farmácia Ipê Amarelo",
    group_id: null,
    group_name: null,
    everything: false,
    companies: 1,
    alert_id: null,
    payload: { until: ahead(720) },
    size: 1,
    created_at: ago(0),
    by: "ana@noc.local",
    mine: false,
    reason: "provedor devolve 429",
    decided_by: null,
    decided_at: null,
    approve_by: null,
    review: false,
    in_effect: true,
    expires_at: ahead(720),
    ended_at: null,
    progress: null,
    result: {},
    verify_at: ahead(60),
    verified: null,
    can: { revert: true, abort: false, approve: false },
    ...change,
  };
}

export const noActions: ActionList = {
  frozen: null,
  in_effect: [],
  awaiting: [],
  running: [],
  review: [],
  history: [],
  next: null,
};
