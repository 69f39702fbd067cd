import assert from "node:assert/strict";
import { KeyFailures } from "../../supabase/functions/_shared/failures.ts";
import { type FakeDatabase, fakeDatabase, GOOD_KEY, TOKEN } from "./fake_database.ts";
import { type Answer, functionOver, lines, post } from "./harness.ts";
import { type Chance, chanceOf, hostileBytes, hostileEvent, mutated } from "./hostile.ts";

const BODIES = Number(envOr("NOC_FUZZ_BODIES", "2500"));
const SEED = Number(envOr("NOC_FUZZ_SEED", String(Date.now() % 1_000_000)));
const STATUSES = new Set([202, 400, 401, 413, 415]);
const LEAK =
  /noc_ik_|\bat \w+ \(|file:\/\/|\.ts\b|TypeError|SyntaxError|RangeError|postgrest|rpc\//i;

Deno.test(`T40 T41 T42 hostile bodies, ${BODIES} of them (NOC_FUZZ_SEED=${SEED})`, async () => {
  await using database = fakeDatabase();
  const chance = chanceOf(SEED);
  let stored = 0;
  for (let i = 0; i < BODIES; i += 1) {
    database.reset();
    const shot = aim(chance);
    const { send } = functionOver(database, { failures: new KeyFailures() });
    const began = performance.now();
    const answer = await send(shot.request);
    const note = `body ${i} of seed ${SEED}: ${shot.note}`;
    assert.ok(performance.now() - began < 2_000, `slow: ${note}`);
    assertPolite(answer, note);
    if (answer.status === 202) {
      stored += 1;
      assertAccounted(answer, database, shot.sent, note);
    } else assert.equal(database.calls.length, 0, note);
  }
  assert.ok(stored > BODIES / 10, `only ${stored} bodies reached the database: the aim is off`);
});

interface Shot {
  readonly request: Request;
  /** How many events were sent, where that is known. */
  readonly sent: number | null;
  readonly note: string;
}

/** A batch of hostile events as JSON or lines, a damaged one of either, or noise. */
function aim(chance: Chance): Shot {
  const count = chance.below(6) + 1;
  const events = Array.from({ length: count }, () => hostileEvent(chance));
  const json = `{"kind":"api_usage","events":[${events.join(",")}]}`;
  const text = events.join("\n");
  switch (chance.below(5)) {
    case 0:
      return { request: post(json), sent: count, note: json.slice(0, 300) };
    case 1:
      return { request: lines(text), sent: count, note: text.slice(0, 300) };
    case 2:
      return { request: post(mutated(json, chance)), sent: null, note: "damaged JSON" };
    case 3:
      return { request: lines(mutated(text, chance)), sent: null, note: "damaged lines" };
    default:
      return { request: noise(chance), sent: null, note: "noise" };
  }
}

function noise(chance: Chance): Request {
  const headers = { "x-noc-kind": chance.pick(["api_usage", "API", "a".repeat(50), "'; drop"]) };
  const body = hostileBytes(chance);
  return chance.below(2) === 0 ? post(body, headers) : lines(body, headers);
}

/** Whatever comes in, what goes out is JSON of the agreed shape, without anything internal. */
function assertPolite(answer: Answer, note: string): void {
  assert.ok(STATUSES.has(answer.status), `${answer.status} for ${note}`);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.doesNotMatch(answer.text, LEAK, note);
  assert.ok(!answer.text.includes(TOKEN) && !answer.text.includes(GOOD_KEY), note);
  if (answer.status !== 202) {
    assert.match(answer.body.error?.code ?? "", /^[a-z_]+$/, note);
    assert.ok((answer.body.error?.message ?? "").length > 10, note);
  }
}

/** Every event sent is either accepted or rejected once, and PostgreSQL can read what it got. */
function assertAccounted(
  answer: Answer,
  database: FakeDatabase,
  sent: number | null,
  note: string,
): void {
  const rejected = answer.body.rejected ?? [];
  const places = rejected.map((row) => row.index);
  assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), note);
  if (sent !== null) assert.equal((answer.body.accepted ?? -1) + rejected.length, sent, note);
  assert.ok(rejected.every((row) => row.reason.length < 200), note);
  assert.doesNotMatch(database.lastText, /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i, note);
  const events = database.calls[0]?.events ?? [];
  assert.ok(events.length >= 1 && events.length <= 1_000, note);
}

function envOr(name: string, fallback: string): string {
  const permission = Deno.permissions.querySync({ name: "env", variable: name });
  return (permission.state === "granted" ? Deno.env.get(name) : undefined) ?? fallback;
}
