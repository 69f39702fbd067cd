import { apiConfig } from "../_shared/env.ts";
import { applyOver, type Log } from "./database.ts";
import { type Deps, handle } from "./handler.ts";

const log: Log = (entry) => console.error(JSON.stringify(entry));
const secret = (name: string) => Deno.env.get(name)?.trim() || null;

const deps: Deps = {
  apply: applyOver(apiConfig((name) => Deno.env.get(name), "NOC_WEBHOOK_TOKEN"), fetch, log),
  appSecret: secret("WHATSAPP_APP_SECRET"),
  verifyToken: secret("WHATSAPP_VERIFY_TOKEN"),
  bodyTimeoutMs: 5_000,
};

Deno.serve((request) => handle(request, deps));
