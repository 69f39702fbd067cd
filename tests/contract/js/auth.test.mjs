// The Auth API through the unmodified supabase-js: what the panel does with it.
// Needs SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { createClient } from "@supabase/supabase-js";

const PASSWORD = "contract-Test-2026";
const auth = { persistSession: false, autoRefreshToken: false };

function required(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: it names the project under test`);
  return value;
}

const url = required("SUPABASE_URL");
const publishableKey = required("SUPABASE_PUBLISHABLE_KEY");
const admin = createClient(url, required("SUPABASE_SECRET_KEY"), { auth });
const newClient = () => createClient(url, publishableKey, { auth });
const made = [];
let account;

async function newAccount() {
  const email = `contract-${randomUUID()}@noc.local`;
  const attributes = { email, password: PASSWORD, email_confirm: true };
  const { data, error } = await admin.auth.admin.createUser(attributes);
  assert.equal(error, null);
  made.push(data.user.id);
  return { id: data.user.id, email, password: PASSWORD };
}

async function signedIn({ email, password }) {
  const client = newClient();
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  assert.equal(error, null);
  return { client, session: data.session };
}

before(async () => {
  account = await newAccount();
});

after(async () => {
  for (const id of made) await admin.auth.admin.deleteUser(id);
});

test("a sign-in gives a session of at most ten minutes", async () => {
  const { session } = await signedIn(account);
  assert.equal(session.user.id, account.id);
  assert.ok(session.expires_in > 0 && session.expires_in <= 600);
});

test("a wrong password is refused by its code", async () => {
  const { email } = account;
  const { error } = await newClient().auth.signInWithPassword({ email, password: "wrong-one" });
  assert.equal(error.code, "invalid_credentials");
  assert.equal(error.status, 400);
});

test("the claims are verified against the published ES256 key", async () => {
  const { client, session } = await signedIn(account);
  const { data, error } = await client.auth.getClaims(session.access_token);
  assert.equal(error, null);
  assert.equal(data.header.alg, "ES256");
  assert.equal(data.claims.sub, account.id);
  assert.equal(data.claims.role, "authenticated");
});

test("a token with another subject fails the claims check", async () => {
  const { client, session } = await signedIn(account);
  const [header, payload, signature] = session.access_token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: randomUUID() })).toString("base64url");
  const { data, error } = await client.auth.getClaims(`${header}.${forged}.${signature}`);
  assert.notEqual(error, null);
  assert.equal(data, null);
});

test("a refresh rotates the token and tells the listeners", async () => {
  const { client, session } = await signedIn(account);
  const events = [];
  client.auth.onAuthStateChange((event) => events.push(event));
  const { data, error } = await client.auth.refreshSession();
  assert.equal(error, null);
  assert.notEqual(data.session.refresh_token, session.refresh_token);
  assert.ok(events.includes("TOKEN_REFRESHED"));
});

test("two tabs with the same session may both refresh", async () => {
  const { session } = await signedIn(account);
  const refresh = () => newClient().auth.refreshSession({ refresh_token: session.refresh_token });
  const answers = await Promise.all([refresh(), refresh()]);
  const tokens = answers.map(({ data, error }) => {
    assert.equal(error, null);
    return data.session.refresh_token;
  });
  assert.equal(tokens[0], tokens[1]);
});

test("the user is read from the server and may change its metadata", async () => {
  const own = await newAccount();
  const { client } = await signedIn(own);
  assert.equal((await client.auth.updateUser({ data: { lang: "pt-BR" } })).error, null);
  const { data } = await client.auth.getUser();
  assert.equal(data.user.user_metadata.lang, "pt-BR");
});

test("a global sign-out ends the session of another browser", async () => {
  const own = await newAccount();
  const [here, there] = [await signedIn(own), await signedIn(own)];
  assert.equal((await here.client.auth.signOut({ scope: "global" })).error, null);
  const { error } = await there.client.auth.getUser();
  assert.notEqual(error, null);
});

test("a local sign-out leaves the other browser signed in", async () => {
  const own = await newAccount();
  const [here, there] = [await signedIn(own), await signedIn(own)];
  assert.equal((await here.client.auth.signOut({ scope: "local" })).error, null);
  assert.equal((await there.client.auth.getUser()).error, null);
  assert.equal((await here.client.auth.getSession()).data.session, null);
});

test("nobody can sign up", async () => {
  const email = `contract-${randomUUID()}@noc.local`;
  const { error } = await newClient().auth.signUp({ email, password: PASSWORD });
  assert.equal(error.code, "signup_disabled");
});

test("the publishable key cannot list users, the secret key can", async () => {
  const refused = await newClient().auth.admin.listUsers();
  assert.ok([401, 403].includes(refused.error.status));
  const { data, error } = await admin.auth.admin.listUsers({ page: 1, perPage: 5 });
  assert.equal(error, null);
  assert.ok(data.users.some((user) => made.includes(user.id)));
});
