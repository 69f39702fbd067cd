import assert from "node:assert/strict";
import { failure, type FakeDatabase, fakeDatabase, GOOD_KEY } from "./fake_database.ts";
import {
  BATCH,
  event,
  functionOver,
  jsonBatch,
  lines,
  MADE_BATCH,
  post,
  rawBatch,
  type Sender,
  withDatabase,
} from "./harness.ts";

function test(name: string, body: (database: FakeDatabase, it: Sender) => Promise<void>) {
  Deno.test(name, withDatabase(body, fakeDatabase));
}

test("a batch is answered 202 with what the database committed", async (database, it) => {
  const answer = await it.send(post(jsonBatch([event(0), event(1)])));
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.body, { batch_id: BATCH, accepted: 2, duplicate: 0, rejected: [] });
  assert.deepEqual(database.calls, [
    { key: GOOD_KEY, batch_id: BATCH, kind: "api_usage", events: [event(0), event(1)] },
  ]);
});

test("the same batch again is a duplicate, not new events", async (_database, it) => {
  await it.send(post(jsonBatch([event(0), event(1)])));
  const again = await it.send(post(jsonBatch([event(0), event(1)])));
  assert.equal(again.status, 202);
  assert.deepEqual(again.body, { batch_id: BATCH, accepted: 0, duplicate: 2, rejected: [] });
});

test("lines are a batch, named by the headers", async (database, it) => {
  const answer = await it.send(
    lines(`${JSON.stringify(event(0))}\r\n\n${JSON.stringify(event(1))}`),
  );
  assert.equal(answer.status, 202);
  assert.equal(answer.body.accepted, 2);
  assert.deepEqual(database.calls[0], {
    key: GOOD_KEY,
    batch_id: BATCH,
    kind: "api_usage",
    events: [event(0), event(1)],
  });
});

test("a missing batch id is made, used and returned", async (database, it) => {
  const answer = await it.send(post(jsonBatch([event(0)], { batch_id: undefined })));
  assert.equal(answer.body.batch_id, MADE_BATCH);
  assert.equal(database.calls[0]?.batch_id, MADE_BATCH);
  const fromLines = await it.send(lines("{}", { "x-noc-batch": "" }));
  assert.equal(fromLines.body.batch_id, MADE_BATCH);
});

test("any prefix of the path leads to the function", async (_database, it) => {
  for (const path of ["/ingest", "/ingest/", "/functions/v1/ingest", "/a/b/c/ingest"]) {
    const answer = await it.send(post(jsonBatch([event(0)]), {}, `http://x${path}`));
    assert.equal(answer.status, 202, path);
    const health = await it.send(new Request(`http://x${path.replace(/\/$/, "")}/health`));
    assert.deepEqual([health.status, health.text], [200, '{"status":"ok"}'], path);
  }
});

test("other paths and methods are refused", async (database, it) => {
  assert.equal((await it.send(post("{}", {}, "http://x/other"))).status, 404);
  assert.equal((await it.send(post("{}", {}, "http://x/ingest/other"))).status, 404);
  for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const answer = await it.send(new Request("http://x/ingest", { method }));
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers.get("allow"), "POST");
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
  }
  const posted = await it.send(new Request("http://x/ingest/health", { method: "POST" }));
  assert.equal(posted.status, 405);
  assert.equal(database.calls.length, 0);
});

test(
  "T37 a key that is missing, malformed or unknown gets one and the same 401",
  async (database, it) => {
    const keys = ["", "Bearer", "Bearer noc_ik_short", "Basic abc", `Bearer x${GOOD_KEY}`];
    const texts = new Set<string>();
    for (const authorization of keys) {
      const answer = await it.send(post(jsonBatch([event(0)]), { authorization }));
      assert.equal(answer.status, 401, authorization);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      texts.add(JSON.stringify(answer.body.error));
    }
    assert.equal(database.calls.length, 0, "the database is not asked about what is no key");
    const unknown = `Bearer noc_ik_${"z".repeat(43)}`;
    const answer = await it.send(post(jsonBatch([event(0)]), { authorization: unknown }));
    assert.equal(answer.status, 401);
    texts.add(JSON.stringify(answer.body.error));
    assert.equal(texts.size, 1);
  },
);

test("T37 a batch of bad rows alone does not pass without a good key", async (_database, it) => {
  const foreign = { authorization: `Bearer noc_ik_${"z".repeat(43)}` };
  assert.equal((await it.send(post(rawBatch("1"), foreign))).status, 401);
  const own = await it.send(post(rawBatch("1")));
  assert.equal(own.status, 202);
  assert.deepEqual([own.body.accepted, own.body.rejected], [0, [
    { index: 0, reason: "event: must be a JSON object" },
  ]]);
});

test("T37 ten wrong keys a minute slow an address, not a key that works", async (database) => {
  let now = 0;
  const it = functionOver(database, { nowMs: () => now });
  const from = { "x-forwarded-for": "203.0.113.9, 10.0.0.1" };
  const attempt = (key: string, address = from) =>
    it.send(post(jsonBatch([event(0)]), { ...address, authorization: `Bearer ${key}` }));
  await attempt(GOOD_KEY);
  for (let i = 0; i < 10; i += 1) {
    assert.equal((await attempt(`noc_ik_${"a".repeat(40)}${i}`)).status, 401);
  }
  const asked = database.calls.length;
  const slowed = await attempt(`noc_ik_${"b".repeat(43)}`);
  assert.deepEqual([slowed.status, slowed.headers.get("retry-after")], [429, "60"]);
  assert.equal(database.calls.length, asked);
  assert.equal((await attempt(GOOD_KEY)).status, 202);
  assert.equal(
    (await attempt(`noc_ik_${"c".repeat(43)}`, { "x-forwarded-for": "::1" })).status,
    401,
  );
  now = 60_000;
  assert.equal((await attempt(`noc_ik_${"b".repeat(43)}`)).status, 401);
});

test("T37 one wrong key is asked about once a minute and locks nobody out", async (database) => {
  let now = 0;
  const it = functionOver(database, { nowMs: () => now });
  const wrong = { authorization: `Bearer noc_ik_${"w".repeat(43)}` };
  const texts = new Set<string>();
  for (let i = 0; i < 50; i += 1) {
    const answer = await it.send(post(jsonBatch([event(0)]), wrong));
    assert.equal(answer.status, 401);
    texts.add(JSON.stringify(answer.body.error));
  }
  assert.equal(texts.size, 1);
  assert.equal(database.calls.length, 1);
  assert.equal((await it.send(post(jsonBatch([event(0)])))).status, 202, "a new good key passes");
  now = 60_000;
  await it.send(post(jsonBatch([event(0)]), wrong));
  assert.equal(database.calls.length, 3);
});

test("T38 a kind that the key may not send is 403 and names the field", async (database, it) => {
  database.answer = () => failure("PT403", "kind", "kind: this key may send api_usage");
  const answer = await it.send(post(jsonBatch([event(0)], { kind: "sessions" })));
  assert.equal(answer.status, 403);
  assert.equal(answer.body.error?.field, "kind");
});

test("a malformed batch is 400 and names the field and the limit", async (database, it) => {
  const many = Array.from({ length: 1_001 }, () => ({}));
  const cases: [string | null, string, RegExp][] = [
    [null, "body", /JSON/],
    ["", "body", /JSON/],
    ["[]", "body", /object/],
    ["null", "body", /object/],
    ['{"kind":"api_usage","events":[{}]', "body", /JSON/],
    [jsonBatch([event(0)], { company_cnpj: "11222333000181" }), "body", /only batch_id, kind/],
    [jsonBatch([event(0)], { kind: undefined }), "kind", /api_usage/],
    [jsonBatch([event(0)], { kind: "Api Usage" }), "kind", /at most 40/],
    [jsonBatch([event(0)], { kind: ["api_usage"] }), "kind", /word/],
    [jsonBatch([event(0)], { batch_id: "7" }), "batch_id", /UUID/],
    [jsonBatch([event(0)], { batch_id: 7 }), "batch_id", /UUID/],
    [jsonBatch([], { events: { 0: {} } }), "events", /array/],
    [jsonBatch([]), "events", /between 1 and 1000/],
    [jsonBatch(many), "events", /between 1 and 1000/],
  ];
  for (const [body, field, message] of cases) {
    const answer = await it.send(post(body));
    assert.equal(answer.status, 400, String(body).slice(0, 80));
    assert.equal(answer.body.error?.field, field, String(body).slice(0, 80));
    assert.match(answer.body.error?.message ?? "", message);
  }
  assert.equal((await it.send(lines("{}", { "x-noc-kind": "" }))).body.error?.field, "kind");
  assert.equal((await it.send(lines("{}", { "x-noc-batch": "x" }))).body.error?.field, "batch_id");
  assert.equal((await it.send(lines("{}\n".repeat(1_001)))).body.error?.field, "events");
  assert.equal(database.calls.length, 0);
  const full = await it.send(post(jsonBatch(many.slice(1))));
  assert.equal(full.body.accepted, 1_000, "the limit itself is allowed");
});

test("only JSON and NDJSON in UTF-8, uncompressed, are read", async (database, it) => {
  for (const type of ["text/plain", "application/json; charset=latin1", "multipart/form-data"]) {
    const answer = await it.send(post(jsonBatch([event(0)]), { "content-type": type }));
    assert.deepEqual([answer.status, answer.body.error?.field], [415, "content-type"], type);
  }
  for (const encoding of ["gzip", "br", "gzip, identity"]) {
    const answer = await it.send(post(jsonBatch([event(0)]), { "content-encoding": encoding }));
    assert.deepEqual([answer.status, answer.body.error?.field], [415, "content-encoding"]);
  }
  assert.equal(database.calls.length, 0);
  const good = { "content-type": 'Application/JSON; charset="UTF-8"' };
  assert.equal((await it.send(post(jsonBatch([event(0)]), good))).status, 202);
});

test("a limit of the database is passed on with its waiting time", async (database, it) => {
  database.answer = () =>
    Response.json({ code: "PT429", message: "rate", details: "17", hint: "rate" }, { status: 429 });
  const answer = await it.send(post(jsonBatch([event(0)])));
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "17"]);
  assert.equal(answer.body.batch_id, BATCH);
});

test("without the database's receipt the answer is 503, never 202", async (database, it) => {
  const troubles: (() => Response)[] = [
    () => new Response("Bad Gateway", { status: 502 }),
    () => failure("57014", null, "canceling statement due to statement timeout"),
    () => failure("PGRST301", null, "JWT expired"),
    () => failure("PGRST202", null, "Could not find the function public.noc_ingest"),
    () => failure("42501", null, "permission denied for function noc_ingest"),
    () => failure("NOC01", null, "some events do not fit"),
    () => Response.json({ accepted: "2" }),
    () => Response.json(null),
    () => new Response("", { status: 200 }),
    () => Response.redirect("http://127.0.0.1:1/", 302),
  ];
  for (const trouble of troubles) {
    database.answer = trouble;
    const answer = await it.send(post(jsonBatch([event(0)])));
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.equal(answer.body.batch_id, BATCH, "the retry needs the same batch id");
    assert.doesNotMatch(answer.text, /noc_ingest|JWT|permission|statement|PGRST|127\.0\.0\.1/);
  }
  assert.equal(it.logged.length, troubles.length, "each trouble is logged for the operator");
  assert.doesNotMatch(JSON.stringify(it.logged), /noc_ik_|titulos/, "without key and data");
});

Deno.test("a database that is away is 503, and the batch is taken when it is back", async () => {
  const gone = fakeDatabase();
  await gone[Symbol.asyncDispose]();
  const away = await functionOver(gone).send(post(jsonBatch([event(0)])));
  assert.deepEqual([away.status, away.body.batch_id], [503, BATCH]);
  await using back = fakeDatabase();
  assert.equal((await functionOver(back).send(post(jsonBatch([event(0)])))).body.accepted, 1);
});

test(
  "text that PostgreSQL cannot read is 400, for it would fail for ever",
  async (database, it) => {
    database.answer = () => failure("22P05", null, "unsupported Unicode escape sequence");
    const answer = await it.send(post(jsonBatch([event(0)])));
    assert.deepEqual([answer.status, answer.body.error?.field], [400, "events"]);
    assert.doesNotMatch(answer.text, /escape sequence/);
  },
);
