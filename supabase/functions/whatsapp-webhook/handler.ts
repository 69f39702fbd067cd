import { readBody } from "../_shared/body.ts";
import { parseJson } from "../_shared/json.ts";
import { type Refusal, respond, respondRefusal } from "../_shared/respond.ts";
import type { Apply } from "./database.ts";
import { isSame, isSigned, signatureIn } from "./signature.ts";
import { statusesOf } from "./statuses.ts";

/** As large as Meta's own webhooks may be. */
export const MAX_BODY_BYTES = 3 * 1_048_576;
const CHALLENGE = /^[A-Za-z0-9_.-]{1,200}$/;

export interface Deps {
  readonly apply: Apply;
  /** Null: WhatsApp is not set up, and nothing is believed. */
  readonly appSecret: string | null;
  readonly verifyToken: string | null;
  readonly bodyTimeoutMs: number;
}

/** Answers one request. The path may come with any prefix that a gateway leaves on it. */
export async function handle(request: Request, deps: Deps): Promise<Response> {
  const url = new URL(request.url);
  if (!url.pathname.replace(/\/+$/, "").endsWith("/whatsapp-webhook")) {
    return respondRefusal(NOT_FOUND);
  }
  switch (request.method) {
    case "GET":
      return await answerChallenge(url.searchParams, deps.verifyToken);
    case "POST":
      return await take(request, deps);
    default:
      return respondRefusal(NOT_ALLOWED);
  }
}

/** Meta asks once, when the webhook is set up: the challenge comes back to who knows the token. */
async function answerChallenge(given: URLSearchParams, verifyToken: string | null) {
  if (verifyToken === null) return respondRefusal(NOT_SET_UP);
  const challenge = given.get("hub.challenge") ?? "";
  const knows = await isSame(given.get("hub.verify_token") ?? "", verifyToken);
  if (!knows || given.get("hub.mode") !== "subscribe" || !CHALLENGE.test(challenge)) {
    return respondRefusal(FORBIDDEN);
  }
  return new Response(challenge, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

/** Nothing of a body is read as JSON before its bytes were found to be signed. */
async function take(request: Request, deps: Deps): Promise<Response> {
  if (deps.appSecret === null) return respondRefusal(NOT_SET_UP);
  const signature = signatureIn(request.headers);
  if (signature === null) return respondRefusal(UNSIGNED);
  const body = await readBody(request, {
    maxBytes: MAX_BODY_BYTES,
    timeoutMs: deps.bodyTimeoutMs,
  });
  if (!body.ok) return respondRefusal(body.refusal);
  if (!await isSigned(body.value, signature, deps.appSecret)) return respondRefusal(UNSIGNED);

  const parsed = parseJson(body.value);
  const statuses = "fault" in parsed ? [] : statusesOf(parsed.value);
  if (statuses.length > 0) {
    const applied = await deps.apply(statuses);
    if (!applied.ok) return respondRefusal(applied.refusal);
  }
  return respond(200, { received: true });
}

const UNSIGNED: Refusal = {
  status: 401,
  code: "signature",
  message: "X-Hub-Signature-256 must be the signature of this body",
  field: "x-hub-signature-256",
};

const FORBIDDEN: Refusal = { status: 403, code: "verify_token", message: "not verified" };

const NOT_SET_UP: Refusal = {
  status: 503,
  code: "not_configured",
  message: "WHATSAPP_APP_SECRET and WHATSAPP_VERIFY_TOKEN are not set",
};

const NOT_ALLOWED: Refusal = {
  status: 405,
  code: "method",
  message: "the method must be GET, POST",
  headers: { allow: "GET, POST" },
};

const NOT_FOUND: Refusal = { status: 404, code: "not_found", message: "no such path" };
