import { apiConfig } from "../_shared/env.ts";
import { KeyFailures } from "../_shared/failures.ts";
import { ingestOver, type Log } from "./database.ts";
import { type Deps, handle } from "./handler.ts";

const log: Log = (entry) => console.error(JSON.stringify(entry));

const deps: Deps = {
  ingest: ingestOver(apiConfig((name) => Deno.env.get(name), "NOC_INGEST_TOKEN"), fetch, log),
  failures: new KeyFailures(),
  newBatchId: () => crypto.randomUUID(),
  nowMs: () => Date.now(),
  bodyTimeoutMs: 15_000,
};

Deno.serve((request) => handle(request, deps));
