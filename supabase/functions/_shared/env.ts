/** What a function needs to reach the database's RPCs. */
export interface ApiConfig {
  /** Origin of the project's API, without a trailing slash. */
  readonly url: string;
  /** Identifies the project to the gateway; it opens nothing by itself. */
  readonly publishableKey: string;
  /** JWT of a machine role that may execute named functions only. */
  readonly token: string;
}

/** Reads one environment variable; undefined when it is not set. */
export type ReadEnv = (name: string) => string | undefined;

/**
 * The configuration of a function that calls RPCs with the machine token in `tokenName`.
 * Throws an error that names the variable when one is missing: better no function than a half one.
 */
export function apiConfig(read: ReadEnv, tokenName: string): ApiConfig {
  return {
    url: required(read, "SUPABASE_URL").replace(/\/+$/, ""),
    publishableKey: publishableKey(read),
    token: required(read, tokenName),
  };
}

/**
 * Hosted projects offer a dictionary of publishable keys, older ones the anon key; names that begin
 * with SUPABASE_ cannot be set there, so all three forms are read.
 */
function publishableKey(read: ReadEnv): string {
  const single = read("SUPABASE_PUBLISHABLE_KEY");
  if (single) return single;
  const named = read("SUPABASE_PUBLISHABLE_KEYS");
  return (named && defaultOf(named)) || required(read, "SUPABASE_ANON_KEY");
}

function defaultOf(dictionary: string): string | undefined {
  try {
    const keys: unknown = JSON.parse(dictionary);
    if (typeof keys !== "object" || keys === null) return undefined;
    const key = "default" in keys ? keys.default : Object.values(keys)[0];
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}

function required(read: ReadEnv, name: string): string {
  const value = read(name)?.trim();
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}
