import { KeyFailures } from "../../supabase/functions/_shared/failures.ts";
import { ingestOver, type Log } from "../../supabase/functions/ingest/database.ts";
import { type Deps, handle } from "../../supabase/functions/ingest/handler.ts";
import { type FakeDatabase, GOOD_KEY, PUBLISHABLE, TOKEN } from "./fake_database.ts";

export const URL_OF_INGEST = "http://localhost/functions/v1/ingest";
export const BATCH = "0b6f9f5e-6a33-4c1e-9d0f-3f6f0f0a0b0c";
export const MADE_BATCH = "11111111-2222-4333-8444-555555555555";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The shape under test; every assertion states what it expects of it.
  readonly body: Body;
}

export interface Body {
  readonly batch_id?: string;
  readonly accepted?: number;
  readonly duplicate?: number;
  readonly rejected?: readonly { index: number; reason: string }[];
  readonly error?: { code: string; message: string; field?: string };
  readonly status?: string;
}

/** The function as `index.ts` wires it, against a fake database. */
export function functionOver(database: { url: string }, overrides: Partial<Deps> = {}) {
  const logged: Parameters<Log>[0][] = [];
  const config = { url: database.url, publishableKey: PUBLISHABLE, token: TOKEN };
  const deps: Deps = {
    ingest: ingestOver(config, fetch, (entry) => logged.push(entry)),
    failures: new KeyFailures(),
    newBatchId: () => MADE_BATCH,
    nowMs: () => 0,
    bodyTimeoutMs: 2_000,
    ...overrides,
  };
  const send = async (request: Request): Promise<Answer> => {
    const response = await handle(request, deps);
    const text = await response.text();
    const body: Body = text === "" ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, text, body };
  };
  return { send, deps, logged };
}

export type Sender = ReturnType<typeof functionOver>;

export function post(
  body: BodyInit | null,
  headers: Record<string, string> = {},
  url: string = URL_OF_INGEST,
): Request {
  return new Request(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "authorization": `Bearer ${GOOD_KEY}`,
      ...headers,
    },
  });
}

export function jsonBatch(events: readonly unknown[], extra: Record<string, unknown> = {}): string {
  return JSON.stringify({ batch_id: BATCH, kind: "api_usage", events, ...extra });
}

/** A JSON batch whose events are given as raw text, for what JSON.stringify would mend. */
export function rawBatch(...events: string[]): string {
  return `{"batch_id":"${BATCH}","kind":"api_usage","events":[${events.join(",")}]}`;
}

export function lines(body: BodyInit, headers: Record<string, string> = {}): Request {
  return post(body, {
    "content-type": "application/x-ndjson",
    "x-noc-kind": "api_usage",
    "x-noc-batch": BATCH,
    ...headers,
  });
}

export function event(n: number): Record<string, unknown> {
  return { endpoint: "/titulos", method: "GET", status: 200, latency_ms: 12, n };
}

/** Runs one test against a fresh fake database. */
export function withDatabase(
  test: (database: FakeDatabase, sender: Sender) => Promise<void>,
  make: () => FakeDatabase,
): () => Promise<void> {
  return async () => {
    await using database = make();
    await test(database, functionOver(database));
  };
}
