import assert from "node:assert/strict";
import { type FakeDatabase, fakeDatabase } from "./fake_database.ts";
import { event, jsonBatch, lines, post, rawBatch, type Sender, withDatabase } from "./harness.ts";

function test(name: string, body: (database: FakeDatabase, it: Sender) => Promise<void>) {
  Deno.test(name, withDatabase(body, fakeDatabase));
}

/** `{"a":{"a":…1}}` with that many levels of objects. */
function nested(levels: number): string {
  return '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
}

function withKeys(count: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
}

/** Bad events as raw JSON text, each with the reason expected for it. */
const BAD: [string, RegExp][] = [
  ["1", /^event: must be a JSON object$/],
  ["null", /^event: must be a JSON object$/],
  ["[]", /^event: must be a JSON object$/],
  ['{"message":"a\\u0000b"}', /^message: .*U\+0000/],
  ['{"a\\u0000":1}', /^event: has a key/],
  ['{"message":"\\ud800"}', /^message: .*surrogate/],
  ['{"message":"\\udc00\\ud800"}', /^message: .*surrogate/],
  ['{"\\ud83d":1}', /^event: has a key/],
  ['{"details":{"deep":["\\u0000"]}}', /^details: .*U\+0000/],
  ['{"latency_ms":1e400}', /^latency_ms: must be a number between/],
  ['{"latency_ms":-1e400}', /^latency_ms: must be a number between/],
  ['{"latency_ms":9007199254740993}', /^latency_ms: must be a number between/],
  [nested(9), /^a: must nest at most 8 levels$/],
  ['{"a":[[[[[[[[1]]]]]]]]}', /^a: must nest at most 8 levels$/],
  [withKeys(65), /^event: must have at most 64 keys$/],
  ['{"endpoint":"/a\\u001bb"}', /^endpoint: must not contain control/],
  ['{"service":"om\\u202eie"}', /^service: must not contain control/],
  ['{"endpoint":"/a\\u200bb"}', /^endpoint: must not contain control/],
  ['{"job_type":"a\\r\\nb"}', /^job_type: must not contain control/],
];

test(
  "T42 a row that cannot be carried costs only itself, by its own index",
  async (database, it) => {
    for (const [bad, reason] of BAD) {
      database.reset();
      const answer = await it.send(post(rawBatch('{"n":0}', bad, '{"n":2}')));
      assert.equal(answer.status, 202, bad);
      assert.deepEqual([answer.body.accepted, answer.body.rejected?.length], [2, 1], bad);
      assert.equal(answer.body.rejected?.[0]?.index, 1, bad);
      assert.match(answer.body.rejected?.[0]?.reason ?? "", reason);
      assert.deepEqual(database.calls[0]?.events, [{ n: 0 }, { n: 2 }], bad);
    }
  },
);

test("what is odd but carried by JSON passes unchanged", async (database, it) => {
  const odd = [
    nested(8),
    withKeys(64),
    '{"message":"😀 \\ud83d\\ude00 \\u202e é \\n"}',
    '{"latency_ms":9007199254740991,"x":-0.5,"y":1e-300}',
    '{"__proto__":{"admin":true},"constructor":1}',
    '{"":"empty key"}',
  ];
  const answer = await it.send(post(rawBatch(...odd)));
  assert.deepEqual([answer.status, answer.body.accepted], [202, odd.length]);
  const sent = JSON.parse(database.lastText).events;
  assert.deepEqual(sent.map((e: unknown) => JSON.stringify(e)), odd.map(normal));
});

function normal(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

test(
  "both layers' rejections come back by the caller's indexes, in order",
  async (_database, it) => {
    const answer = await it.send(
      post(rawBatch('"x"', '{"bad":true}', '{"n":2}', "null", '{"bad":true}', '{"n":5}')),
    );
    assert.deepEqual(answer.body.accepted, 2);
    assert.deepEqual(answer.body.rejected, [
      { index: 0, reason: "event: must be a JSON object" },
      { index: 1, reason: "event: refused by the database" },
      { index: 3, reason: "event: must be a JSON object" },
      { index: 4, reason: "event: refused by the database" },
    ]);
  },
);

test("T42 a line that is not UTF-8 or not JSON costs only itself", async (database, it) => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const body = new Uint8Array([
    ...encode('{"n":0}\n{"n":'),
    0xff,
    0xfe,
    ...encode('}\n{oops}\n\n{"n":3}\n'),
    ...encode("[".repeat(5_000) + "\n"),
    ...encode('{"n":5}'),
  ]);
  const answer = await it.send(lines(body));
  assert.equal(answer.status, 202);
  assert.deepEqual(database.calls[0]?.events, [{ n: 0 }, { n: 3 }, { n: 5 }]);
  assert.deepEqual(answer.body.rejected, [
    { index: 1, reason: "event: must be valid UTF-8" },
    { index: 2, reason: "event: must be valid JSON" },
    { index: 4, reason: "event: must nest at most 64 levels" },
  ]);
});

test("T42 a JSON body that is not UTF-8 is refused whole and says so", async (database, it) => {
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const answer = await it.send(post(new Uint8Array([0x22, ...bytes, 0x22])));
    assert.deepEqual([answer.status, answer.body.error?.field], [400, "body"]);
    assert.match(answer.body.error?.message ?? "", /UTF-8/);
  }
  assert.equal(database.calls.length, 0);
});

test("T40 hostile sizes within a megabyte are judged quickly", async (database, it) => {
  const bodies = [
    "[".repeat(1_000_000),
    '{"a":'.repeat(200_000),
    rawBatch("[".repeat(400_000) + "]".repeat(400_000)),
    rawBatch(withKeys(60_000)),
    rawBatch(`{"message":"${"\\u0000".repeat(150_000)}"}`),
    jsonBatch(Array.from({ length: 1_000 }, (_, n) => ({ ...event(n), pad: "x".repeat(900) }))),
  ];
  for (const body of bodies) {
    const began = performance.now();
    const answer = await it.send(post(body));
    const took = performance.now() - began;
    assert.ok(answer.status === 400 || answer.status === 202, String(answer.status));
    assert.ok(took < 1_000, `${took} ms for ${body.slice(0, 20)}`);
  }
  assert.equal(database.calls.at(-1)?.events.length, 1_000);
});

test(
  "T46 markup and log forging in a message are data, carried as they are",
  async (database, it) => {
    const message = '<img src=x onerror=alert(1)>\r\n\u001b[2J{"level":"fatal"}';
    const answer = await it.send(post(jsonBatch([{ message }], { kind: "app_logs" })));
    assert.equal(answer.body.accepted, 1);
    assert.deepEqual(database.calls[0]?.events, [{ message }]);
  },
);
