/** The shape of who uses the dashboards (docs/rpc.md, noc_list_sessions). */
import type { Spark } from "../types";

export interface CompanySessions {
  company_cnpj: string;
  company_name: string;
  active: number;
  people: number;
  /** Most at the same time within the range, and when. */
  concurrent_max: number;
  concurrent_max_at: string | null;
  last_seen_at: string | null;
}

/** `active`: seen in the last five minutes and not signed out. */
export interface Sessions {
  active: number;
  people: number;
  companies: CompanySessions[];
  spark: Spark;
  at: string;
}
