/**
 * The unmodified JavaScript client against a project's Realtime.
 *
 * Environment: SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, DATABASE_URL (may call realtime.send, used
 * through psql), JWT_JWKS (file that holds the project's shared secret, for short-lived tokens),
 * NOC_TEST_USER_ID or NOC_TEST_EMAIL (default: the demo's admin), NOC_TEST_TOPIC (which that user
 * may read, default noc:global), NOC_TEST_DENIED_TOPIC (default noc:nobody), NOC_TEST_REFUSAL_MS
 * (how long the server lets a refused join wait, default 5000).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { createClient } from "@supabase/supabase-js";

const PATIENCE_MS = 20_000;
const TOKEN_LIFE_S = 600;
const TOPIC = process.env.NOC_TEST_TOPIC ?? "noc:global";
const DENIED_TOPIC = process.env.NOC_TEST_DENIED_TOPIC ?? "noc:nobody";
const REFUSAL_MS = Number(process.env.NOC_TEST_REFUSAL_MS ?? 5000);

const required = ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "DATABASE_URL", "JWT_JWKS"];
const missing = required.filter((name) => !process.env[name]);
assert.equal(missing.join(", "), "", "missing environment variables");

const keySet = JSON.parse(readFileSync(process.env.JWT_JWKS, "utf8"));
const secret = Buffer.from(keySet.keys.find((key) => key.kty === "oct").k, "base64url");
const userId =
  process.env.NOC_TEST_USER_ID ??
  query("select id from auth.users where email = :'email'", {
    email: process.env.NOC_TEST_EMAIL ?? "admin@noc.local",
  });

const clients = [];
after(async () => {
  for (const client of clients) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
});

/** Answer of one statement; variables are quoted by psql. */
function query(statement, variables = {}) {
  const settings = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...settings];
  return execFileSync("psql", [process.env.DATABASE_URL, ...options], {
    input: statement,
    encoding: "utf8",
  }).trim();
}

function sendFromDatabase(payload, topic = TOPIC) {
  query("select realtime.send(:'payload'::jsonb, 'changed', :'topic')", {
    payload: JSON.stringify(payload),
    topic,
  });
}

/** A token of the test user, signed with the shared secret. */
function token(livesSeconds = TOKEN_LIFE_S) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const expires = Math.floor(Date.now() / 1000) + livesSeconds;
  const claims = { sub: userId, role: "authenticated", aud: "authenticated", exp: expires };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function newClient(accessToken) {
  const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, {
    accessToken: async () => accessToken,
  });
  clients.push(client);
  return client;
}

async function signedInClient(livesSeconds) {
  const client = newClient(token(livesSeconds));
  await client.realtime.setAuth();
  return client;
}

/**
 * Subscribes and keeps every state and message. `until` waits for the next of a kind, `streaming`
 * for the moment from which database messages arrive: SUBSCRIBED alone does not mean that.
 */
function listen(client, topic, config = { private: true, broadcast: { replication_ready: true } }) {
  const began = Date.now();
  const heard = [];
  let wake = () => {};
  const note = (kind, value) => {
    heard.push({ kind, value, ms: Date.now() - began });
    wake();
  };
  const channel = client
    .channel(topic, { config })
    .on("broadcast", { event: "changed" }, (message) => note("message", message))
    .on("system", {}, (message) => note("system", message))
    .subscribe((status, error) => note(status, error?.message ?? null));
  const until = async (kind) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = heard.find((entry) => entry.kind === kind && !entry.taken);
      if (found) {
        found.taken = true;
        return found;
      }
      const left = deadline - Date.now();
      assert.ok(left > 0, `no ${kind} in time; heard ${JSON.stringify(heard)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const streaming = async () => {
    await until("SUBSCRIBED");
    const { value } = await until("system");
    assert.equal(value.message, "Replication connection established");
  };
  return { channel, heard, until, streaming };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("with setAuth awaited before subscribe the first join is let in at once", async () => {
  const client = await signedInClient();
  const listener = listen(client, TOPIC);
  const joined = await listener.until("SUBSCRIBED");
  assert.ok(joined.ms < Math.min(1000, REFUSAL_MS), `took ${joined.ms} ms`);
  assert.ok(listener.heard.every((entry) => entry.kind !== "CHANNEL_ERROR"));
});

test("a subscribe that races with the accessToken option is refused first", async () => {
  const listener = listen(newClient(token()), TOPIC);
  const refused = await listener.until("CHANNEL_ERROR");
  assert.match(refused.value, /Unauthorized/);
  assert.ok(refused.ms >= REFUSAL_MS * 0.95, `refused after ${refused.ms} ms`);
  const joined = await listener.until("SUBSCRIBED");
  assert.ok(joined.ms > refused.ms);
});

test("a message committed in the database arrives with its payload and id", async () => {
  const listener = listen(await signedInClient(), TOPIC);
  await listener.streaming();
  const nonce = randomUUID();
  sendFromDatabase({ v: 1, tables: { noc_alerts: 42 }, nonce });
  const { value } = await listener.until("message");
  assert.equal(value.event, "changed");
  assert.equal(value.payload.nonce, nonce);
  assert.deepEqual(value.payload.tables, { noc_alerts: 42 });
  assert.equal(value.meta.id, value.payload.id);
});

test("a denied topic is an error that names it, and hears nothing", async () => {
  const listener = listen(await signedInClient(), DENIED_TOPIC);
  const refused = await listener.until("CHANNEL_ERROR");
  assert.match(refused.value, new RegExp(`Channel topic: ${DENIED_TOPIC}`));
  sendFromDatabase({ v: 1 }, DENIED_TOPIC);
  await pause(300);
  assert.ok(listener.heard.every((entry) => entry.kind !== "message"));
  await listener.channel.unsubscribe();
});

test("an expired token closes the channel, which stays closed; a new channel works", async () => {
  const client = await signedInClient(2);
  const old = listen(client, TOPIC);
  await old.until("SUBSCRIBED");
  await old.until("CLOSED");
  const reasons = old.heard.filter((entry) => entry.kind === "system" && entry.value.status === "error");
  assert.match(reasons[0].value.message, /^Token has expired \d+ seconds ago$/);
  await pause(1500);
  assert.equal(old.heard.at(-1).kind, "CLOSED", "the client does not come back by itself");

  const renewed = await signedInClient();
  const successor = listen(renewed, TOPIC);
  await successor.streaming();
  sendFromDatabase({ v: 2 });
  assert.equal((await successor.until("message")).value.payload.v, 2);
});

test("on the same client a new channel after CLOSED takes the new token", async () => {
  let present = token(2);
  const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, {
    accessToken: async () => present,
  });
  clients.push(client);
  await client.realtime.setAuth();
  const old = listen(client, TOPIC);
  await old.until("SUBSCRIBED");
  await old.until("CLOSED");
  await client.removeChannel(old.channel);
  present = token();
  await client.realtime.setAuth();
  const successor = listen(client, TOPIC);
  await successor.streaming();
  sendFromDatabase({ v: 3 });
  assert.equal((await successor.until("message")).value.payload.v, 3);
});

test("httpSend is accepted on a public channel and reaches its members", async () => {
  const topic = `public:${randomUUID()}`;
  const listener = listen(await signedInClient(), topic, {});
  await listener.until("SUBSCRIBED");
  const sender = (await signedInClient()).channel(topic);
  assert.deepEqual(await sender.httpSend("changed", { v: 4 }), { success: true });
  assert.equal((await listener.until("message")).value.payload.v, 4);
});

test("httpSend on a private channel without the right is accepted, and nothing is sent", async () => {
  const listener = listen(await signedInClient(), TOPIC);
  await listener.until("SUBSCRIBED");
  const sender = (await signedInClient()).channel(TOPIC, { config: { private: true } });
  assert.deepEqual(await sender.httpSend("changed", { forged: true }), { success: true });
  await pause(500);
  assert.ok(listener.heard.every((entry) => entry.kind !== "message"));
});
