/** A stand-in for PostgREST on loopback, with real HTTP, that answers `noc_ingest` as told. */

export interface Call {
  readonly key: string;
  readonly batch_id: string;
  readonly kind: string;
  readonly events: readonly unknown[];
}

export const GOOD_KEY = "noc_ik_" + "k".repeat(43);
export const TOKEN = "machine.token.for-tests";
export const PUBLISHABLE = "sb_publishable_tests";

export interface FakeDatabase extends AsyncDisposable {
  readonly url: string;
  readonly calls: Call[];
  /** Text of the last request, as it went over the wire. */
  lastText: string;
  /** Answers the next calls instead of storing them; null stores again. */
  answer: ((call: Call) => Response | Promise<Response>) | null;
  /** Forgets all calls and batches. */
  reset(): void;
}

/** Stores what comes with the good key, once per batch id; rejects events whose `bad` is true. */
export function fakeDatabase(): FakeDatabase {
  const accepted = new Map<string, number>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      fake.lastText = await request.text();
      const call: Call = JSON.parse(fake.lastText);
      const wrong = misaddressed(request);
      if (wrong !== null) return wrong;
      fake.calls.push(call);
      if (fake.answer !== null) return fake.answer(call);
      if (call.key !== GOOD_KEY) return failure("PT401", "ingest_key", "unknown");
      return store(call, accepted);
    },
  );
  const fake: FakeDatabase = {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls: [],
    lastText: "",
    answer: null,
    reset: () => {
      fake.calls.length = 0;
      accepted.clear();
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return fake;
}

export function failure(code: string, hint: string | null, message: string): Response {
  const status = code.startsWith("PT") ? Number(code.slice(2)) : 400;
  return Response.json({ code, message, details: null, hint }, { status });
}

function misaddressed(request: Request): Response | null {
  const good = new URL(request.url).pathname === "/rest/v1/rpc/noc_ingest" &&
    request.headers.get("apikey") === PUBLISHABLE &&
    request.headers.get("authorization") === `Bearer ${TOKEN}`;
  return good ? null : failure("PGRST301", null, "JWT expired");
}

function store(call: Call, accepted: Map<string, number>): Response {
  const before = accepted.get(call.batch_id);
  if (before !== undefined) {
    return Response.json({ accepted: 0, duplicate: before, rejected: [] });
  }
  const rejected = call.events.flatMap((event, index) =>
    isGood(event) ? [] : [{ index, reason: "event: refused by the database" }]
  );
  accepted.set(call.batch_id, call.events.length - rejected.length);
  return Response.json({
    accepted: call.events.length - rejected.length,
    duplicate: 0,
    rejected,
  });
}

function isGood(event: unknown): boolean {
  return typeof event === "object" && event !== null && !("bad" in event && event.bad === true);
}
