/** Shapes of the NOC's own hands (docs/rpc.md, noc_overview). */

/** A copy of a worker; `skew_s`: the database's clock less its own, null before it is known. */
export interface WorkerCopy {
  worker: string;
  instance: string;
  age_s: number;
  silent: boolean;
  skew_s: number | null;
}

/** A provider that nobody calls but once each 10 seconds; `company_cnpj` null: for everybody. */
export interface CutOff {
  provider: string;
  company_cnpj: string | null;
  since: string;
  probe_at: string | null;
}
