import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { applyOver } from "../../supabase/functions/whatsapp-webhook/database.ts";
import {
  type Deps,
  handle,
  MAX_BODY_BYTES,
} from "../../supabase/functions/whatsapp-webhook/handler.ts";
import { type Status, statusesOf } from "../../supabase/functions/whatsapp-webhook/statuses.ts";

const URL_OF_WEBHOOK = "http://localhost/functions/v1/whatsapp-webhook";
const SECRET = "app-secret-for-tests";
const TOKEN = "verify-token-for-tests";
const OURS = "0b6f9f5e-6a33-4c1e-9d0f-3f6f0f0a0b0c";

/** The function with a database that takes everything, or answers as told. */
function functionOver(overrides: Partial<Deps> = {}) {
  const applied: Status[] = [];
  const deps: Deps = {
    apply: (statuses) => {
      applied.push(...statuses);
      return Promise.resolve({ ok: true, value: null });
    },
    appSecret: SECRET,
    verifyToken: TOKEN,
    bodyTimeoutMs: 2_000,
    ...overrides,
  };
  return { applied, send: (request: Request) => handle(request, deps) };
}

function sign(body: string | Uint8Array, secret = SECRET): string {
  return "sha256=" + createHmac("sha256", secret).update(body).digest("hex");
}

function post(body: string, signature: string | null = sign(body)): Request {
  const headers = new Headers({ "content-type": "application/json" });
  if (signature !== null) headers.set("x-hub-signature-256", signature);
  return new Request(URL_OF_WEBHOOK, { method: "POST", body, headers });
}

function webhook(...statuses: unknown[]): string {
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value: { statuses } }] }],
  });
}

function told(status: string, more: Record<string, unknown> = {}) {
  return { id: "wamid.A==", status, biz_opaque_callback_data: OURS, timestamp: "1", ...more };
}

Deno.test("a signed webhook is handed in as it came", async () => {
  const { applied, send } = functionOver();
  const errors = [{ code: 131026, title: "x" }];
  const answer = await send(post(webhook(told("sent"), told("failed", { errors }))));
  assert.equal(answer.status, 200);
  assert.deepEqual(applied, [
    { ref: "wamid.A==", callback: OURS, status: "sent", code: null },
    { ref: "wamid.A==", callback: OURS, status: "failed", code: 131026 },
  ]);
});

Deno.test("the signature is that of the bytes, not of what they say", async () => {
  const { applied, send } = functionOver();
  const body = webhook(told("sent"));
  const spaced = JSON.stringify(JSON.parse(body), null, 1);
  const forged = [
    post(spaced, sign(body)),
    post(body + " ", sign(body)),
    post(body, sign(body, "another secret")),
    post(body, sign(body, "")),
    post(body, sign(body).toUpperCase()),
    post(body, sign(body).replace("sha256=", "sha1=")),
    post(body, sign(body).slice(0, -1)),
    post(body, sign(body) + "0"),
    post(body, "sha256="),
    post(body, null),
  ];
  for (const request of forged) assert.equal((await send(request)).status, 401);
  assert.equal(applied.length, 0);
  const escaped = body.replace("wamid", "\\u0077amid");
  assert.equal((await send(post(escaped))).status, 200);
  assert.equal(applied[0]?.ref, "wamid.A==");
});

Deno.test("a thousand forgeries of one bit are refused", async () => {
  const { applied, send } = functionOver();
  const body = webhook(told("delivered"));
  const right = sign(body);
  for (let n = 0; n < 1_000; n += 1) {
    const place = 7 + n % 64;
    const digit = Number.parseInt(right[place] ?? "0", 16) ^ (1 << (n % 4));
    const wrong = right.slice(0, place) + digit.toString(16) + right.slice(place + 1);
    assert.equal((await send(post(body, wrong))).status, 401);
  }
  assert.deepEqual(applied, []);
});

function ask(parameters: Record<string, string>): Request {
  return new Request(`${URL_OF_WEBHOOK}?${new URLSearchParams(parameters)}`);
}

const ASKED = { "hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444" };

Deno.test("the challenge comes back to who knows the token, and to nobody else", async () => {
  const { send } = functionOver();
  const answer = await send(ask(ASKED));
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), "1158201444");
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
  const wrong = [
    { ...ASKED, "hub.verify_token": TOKEN + "x" },
    { ...ASKED, "hub.verify_token": "" },
    { ...ASKED, "hub.mode": "unsubscribe" },
    { ...ASKED, "hub.challenge": "<script>" },
    {},
  ];
  for (const parameters of wrong) assert.equal((await send(ask(parameters))).status, 403);
});

Deno.test("before WhatsApp is set up nothing is believed", async () => {
  const { applied, send } = functionOver({ appSecret: null, verifyToken: null });
  const body = webhook(told("sent"));
  assert.equal((await send(post(body, sign(body, "")))).status, 503);
  assert.equal((await send(ask({ ...ASKED, "hub.verify_token": "" }))).status, 503);
  assert.deepEqual(applied, []);
});

Deno.test("what is not a status of a message is taken and passed over", async () => {
  const { applied, send } = functionOver();
  const others = [
    "",
    "{",
    "[]",
    "null",
    '"x"',
    "[".repeat(100),
    '{"object":"page","entry":[]}',
    '{"object":"whatsapp_business_account","entry":{}}',
    '{"object":"whatsapp_business_account","entry":[null,{"changes":[null,{"field":"messages"}]}]}',
    webhook(null, 1, {}, told("deleted"), told("sent", { status: 1 })),
    webhook({ status: "sent" }, told("sent", { id: "a\u0000b", biz_opaque_callback_data: "x" })),
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ changes: [{ field: "messages", value: { messages: [{ from: "55", id: "w" }] } }] }],
    }),
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ changes: [{ field: "account_update", value: { statuses: [told("sent")] } }] }],
    }),
  ];
  for (const body of others) assert.equal((await send(post(body))).status, 200, body);
  assert.deepEqual(applied, []);
});

Deno.test("what only one of the two ids tells is handed in with that one", () => {
  const read = (more: Record<string, unknown>) =>
    statusesOf(JSON.parse(webhook(told("read", more))))[0];
  assert.deepEqual(read({ biz_opaque_callback_data: "pedido 7" })?.callback, null);
  assert.deepEqual(read({ id: undefined })?.ref, null);
  assert.deepEqual(read({ errors: [{ code: "131026" }] })?.code, null);
  assert.deepEqual(read({ errors: [{ code: 1e10 }] })?.code, null);
  assert.deepEqual(read({ errors: {} })?.code, null);
});

Deno.test("a body beyond what Meta sends is refused", async () => {
  const { send } = functionOver();
  const body = " ".repeat(MAX_BODY_BYTES + 1);
  assert.equal((await send(post(body))).status, 413);
});

Deno.test("other methods and paths are none", async () => {
  const { send } = functionOver();
  for (const method of ["PUT", "DELETE", "PATCH", "HEAD"]) {
    const answer = await send(new Request(URL_OF_WEBHOOK, { method }));
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), "GET, POST");
  }
  assert.equal((await send(new Request("http://localhost/functions/v1/x"))).status, 404);
});

interface Seen {
  readonly path: string;
  readonly authorization: string | null;
}

/** PostgREST on loopback that answers with this status; gives what came and the function over it. */
async function withDatabase(
  answer: () => Response,
  test: (
    seen: Seen[],
    bodies: string[],
    send: ReturnType<typeof functionOver>["send"],
  ) => Promise<
    void
  >,
) {
  const seen: Seen[] = [];
  const bodies: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      seen.push({
        path: new URL(request.url).pathname,
        authorization: request.headers.get("authorization"),
      });
      bodies.push(await request.text());
      return answer();
    },
  );
  const config = {
    url: `http://127.0.0.1:${server.addr.port}`,
    publishableKey: "p",
    token: "machine",
  };
  await test(seen, bodies, functionOver({ apply: applyOver(config, fetch, () => {}) }).send);
}

Deno.test("the database is asked as the webhook's own role, a thousand statuses at once", async () => {
  await withDatabase(() => Response.json({ applied: 1 }), async (seen, bodies, send) => {
    const many = Array.from({ length: 1_001 }, () => told("sent"));
    assert.equal((await send(post(webhook(...many)))).status, 200);
    assert.deepEqual(seen[0], {
      path: "/rest/v1/rpc/noc_apply_webhook",
      authorization: "Bearer machine",
    });
    assert.deepEqual(bodies.map((one) => JSON.parse(one).statuses.length), [1_000, 1]);
  });
});

Deno.test("what the database did not confirm is wanted again", async () => {
  for (const status of [400, 401, 404, 500, 503]) {
    await withDatabase(() => Response.json({}, { status }), async (_seen, _bodies, send) => {
      assert.equal((await send(post(webhook(told("sent"))))).status, 503);
    });
  }
});
