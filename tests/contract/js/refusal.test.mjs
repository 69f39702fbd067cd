// A refusal that is recorded: PostgREST answers it as an error, and commits it.
// Needs SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and the demo's sign-ins.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { createClient } from "@supabase/supabase-js";

const auth = { persistSession: false, autoRefreshToken: false };

async function signedIn(name) {
  const { SUPABASE_URL: url, SUPABASE_PUBLISHABLE_KEY: key } = process.env;
  const client = createClient(url, key, { auth });
  const { error } = await client.auth.signInWithPassword({
    email: `${name}@noc.local`,
    password: "noc-demo-2026",
  });
  assert.equal(error, null);
  return client;
}

test("supabase-js sees the error, and admin sees the attempt in the trail", async () => {
  const cliente = await signedIn("cliente");
  const membership = randomUUID();
  const refused = await cliente.rpc("noc_revoke_member", {
    membership_id: membership,
    reason: "x",
  });
  assert.equal(refused.status, 404);
  assert.equal(refused.data, null);
  assert.deepEqual(
    { ...refused.error },
    {
      code: "PT404",
      message: "not found or not yours",
      details: null,
      hint: "scope_not_found",
    },
  );

  const admin = await signedIn("admin");
  const { data } = await admin
    .from("noc_audit")
    .select("action, payload")
    .eq("target", `member:${membership}`);
  assert.equal(data.length, 1);
  assert.equal(data[0].action, "refused");
  assert.equal(data[0].payload.action, "revoke_member");

  const { data: verified } = await admin.rpc("noc_verify_audit", { company_cnpj: "*" });
  assert.equal(verified.data.chains[0].valid, true);
});
