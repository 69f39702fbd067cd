import type { ApiConfig } from "../_shared/env.ts";
import { accept, type Refusal, refuse, type Result } from "../_shared/respond.ts";
import type { Status } from "./statuses.ts";

/** Hands statuses in. A refusal means that nobody knows whether they are written. */
export type Apply = (statuses: readonly Status[]) => Promise<Result<null>>;

export type Log = (entry: Readonly<Record<string, string | number>>) => void;

const TIMEOUT_MS = 5_000;
/** What one call takes. */
const MAX_STATUSES = 1_000;

/** The RPC `noc_apply_webhook` over PostgREST; a thousand statuses, one transaction. */
export function applyOver(config: ApiConfig, fetcher: typeof fetch, log: Log): Apply {
  const headers = {
    "apikey": config.publishableKey,
    "authorization": `Bearer ${config.token}`,
    "content-type": "application/json",
    "accept": "application/json",
  };
  const call = async (statuses: readonly Status[]): Promise<boolean> => {
    try {
      const response = await fetcher(`${config.url}/rest/v1/rpc/noc_apply_webhook`, {
        method: "POST",
        headers,
        body: JSON.stringify({ statuses }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) log({ event: "webhook_refused_by_database", status: response.status });
      return response.ok;
    } catch (error) {
      // The name alone: a message may carry addresses.
      log({ event: "webhook_unreachable", error: error instanceof Error ? error.name : "unknown" });
      return false;
    }
  };
  return async (statuses) => {
    for (let start = 0; start < statuses.length; start += MAX_STATUSES) {
      if (!await call(statuses.slice(start, start + MAX_STATUSES))) return refuse(NOT_WRITTEN);
    }
    return accept(null);
  };
}

/** Meta sends what was not answered 200 again, for days. */
const NOT_WRITTEN: Refusal = {
  status: 503,
  code: "unavailable",
  message: "the database did not confirm; send the same webhook again",
  retryAfterS: 5,
};
