/** What a refused or unanswered call means to the page. */
export type FailureKind =
  /** The database did not answer: network, time-out, gateway or pool. */
  | "no-contact"
  /** The session is over or not yet valid. */
  | "session"
  /** The caller gave up (filter changed, page closed). */
  | "cancelled"
  /** The database answered with a refusal or an error. */
  | "refused"
  /** The answer has not the shape that docs/rpc.md promises. */
  | "malformed";

export class NocError extends Error {
  override readonly name = "NocError";

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** SQLSTATE, PostgREST code or HTTP status, for the operator to quote. */
    readonly code: string,
    /** Stable code that the catalogues translate; null when the failure is not ours. */
    readonly hint: string | null = null,
    /** What the database says besides, as text. */
    readonly details: string | null = null,
  ) {
    super(message);
  }
}

interface Refusal {
  code?: string | null;
  message?: string | null;
  hint?: string | null;
  details?: string | null;
}

/** SQLSTATE classes and codes that mean "no connection", not "your call was wrong". */
const NO_CONNECTION = /^(08...|53300|57P0[1-3]|PGRST00[0-3])$/;
const SESSION = /^PGRST30[0-3]$/;

function kindOf(code: string, status: number): FailureKind {
  if (SESSION.test(code) || status === 401) return "session";
  if (NO_CONNECTION.test(code)) return "no-contact";
  if (code !== "") return "refused";
  return status >= 400 && status < 500 ? "refused" : "no-contact";
}

/** Reads PostgREST's error body; `status` is 0 when no HTTP answer came. */
export function errorOf(refusal: Refusal, status: number): NocError {
  const code = refusal.code ?? "";
  return new NocError(
    kindOf(code, status),
    refusal.message ?? "no message",
    code || (status === 0 ? "NET" : `HTTP ${status}`),
    refusal.hint ?? null,
    refusal.details ?? null,
  );
}

/** Whether the database answered, but not with what was asked. */
export function isRefusal({ kind }: NocError): boolean {
  return kind === "refused" || kind === "malformed";
}

/** Any thrown value as a NocError. */
export function asNocError(thrown: unknown): NocError {
  if (thrown instanceof NocError) return thrown;
  const name = thrown instanceof Error ? thrown.name : "";
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (name === "TimeoutError") return new NocError("no-contact", message, "TIMEOUT");
  if (name === "AbortError") return new NocError("cancelled", message, "ABORT");
  return new NocError("no-contact", message, "NET");
}
