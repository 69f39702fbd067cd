/** A request that is not served: what the caller is told, and nothing else. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 429 | 503;
  /** Stable word that programs branch on. */
  readonly code: string;
  /** One English sentence, with the limit where there is one. */
  readonly message: string;
  /** The field or header at fault. */
  readonly field?: string;
  /** Seconds after which the same request may be sent again. */
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Either a value or the reason why there is none; a refusal is data, never an exception. */
export type Result<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly refusal: Refusal;
};

export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}

/** The database is out of reach or does not answer as it should: nothing was acknowledged. */
export const UNAVAILABLE: Refusal = {
  status: 503,
  code: "unavailable",
  message: "the database did not confirm; send the same batch again with the same batch_id",
  retryAfterS: 5,
};

const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

export function respond(status: number, body: unknown, headers: HeadersInit = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...HEADERS, ...Object.fromEntries(new Headers(headers)) },
  });
}

/** `extra` goes beside the error, such as the batch id to retry with. */
export function respondRefusal(refusal: Refusal, extra: Record<string, unknown> = {}): Response {
  const { status, code, message, field, retryAfterS, headers } = refusal;
  const error = field === undefined ? { code, message } : { code, message, field };
  return respond(status, { error, ...extra }, {
    ...headers,
    ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
  });
}
