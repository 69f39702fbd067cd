import assert from "node:assert/strict";
import { apiConfig } from "../../supabase/functions/_shared/env.ts";
import { KeyFailures } from "../../supabase/functions/_shared/failures.ts";
import { nestsDeeperThan } from "../../supabase/functions/_shared/json.ts";

const BASE = { SUPABASE_URL: "http://api/", NOC_INGEST_TOKEN: "token" };

function configOf(env: Record<string, string>) {
  return apiConfig((name) => env[name], "NOC_INGEST_TOKEN");
}

Deno.test("the publishable key is read in each form that a project offers", () => {
  const forms = [
    { SUPABASE_PUBLISHABLE_KEY: "p", SUPABASE_ANON_KEY: "old" },
    { SUPABASE_PUBLISHABLE_KEYS: '{"other":"o","default":"p"}', SUPABASE_ANON_KEY: "old" },
    { SUPABASE_PUBLISHABLE_KEYS: '{"only":"p"}' },
    { SUPABASE_PUBLISHABLE_KEYS: "not json", SUPABASE_ANON_KEY: "p" },
    { SUPABASE_ANON_KEY: "p" },
  ];
  for (const form of forms) {
    const expected = { url: "http://api", publishableKey: "p", token: "token" };
    assert.deepEqual(configOf({ ...BASE, ...form }), expected);
  }
});

Deno.test("a missing variable is named", () => {
  assert.throws(() => configOf({}), /SUPABASE_URL is not set/);
  assert.throws(() => configOf({ ...BASE, SUPABASE_ANON_KEY: "p", NOC_INGEST_TOKEN: " " }), {
    message: "environment variable NOC_INGEST_TOKEN is not set",
  });
  assert.throws(() => configOf(BASE), /SUPABASE_ANON_KEY is not set/);
});

Deno.test("the memory of refused keys is bounded", () => {
  const failures = new KeyFailures();
  for (let i = 0; i < 5_000; i += 1) {
    for (let n = 0; n < 10; n += 1) failures.failed(`address-${i}`, `key-${i}`, 0);
  }
  assert.equal(failures.waitS("address-0", "x", 0), 0, "the oldest are forgotten");
  assert.equal(failures.waitS("address-4999", "x", 0), 60);
  assert.equal(failures.isRefused("key-0", 0), false);
  assert.equal(failures.isRefused("key-4999", 0), true);
});

Deno.test("a key that stops working loses its exemption", () => {
  const failures = new KeyFailures();
  failures.worked("good");
  for (let n = 0; n < 10; n += 1) failures.failed("a", `bad-${n}`, 0);
  assert.equal(failures.waitS("a", "good", 0), 0);
  failures.failed("a", "good", 0);
  assert.equal(failures.waitS("a", "good", 0), 60);
});

Deno.test("nesting is counted outside strings only", () => {
  const deeper = (text: string) => nestsDeeperThan(2, new TextEncoder().encode(text));
  assert.equal(deeper("[[1],[2],{}]"), false);
  assert.equal(deeper("[[[1]]]"), true);
  assert.equal(deeper('["[[[[", "\\"[[[", "\\\\"]'), false);
  assert.equal(deeper('["\\\\", [[]]]'), true);
});
