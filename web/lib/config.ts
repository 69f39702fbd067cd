/** What the host's server tells the page at run time; both values are public. */
export interface WebConfig {
  supabase_url: string;
  supabase_publishable_key: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

function isConfig(value: unknown): value is WebConfig {
  if (typeof value !== "object" || value === null) return false;
  const { supabase_url: url, supabase_publishable_key: key } = value as Record<string, unknown>;
  return typeof url === "string" && URL.canParse(url) && typeof key === "string" && key !== "";
}

/** Reads `/config.json` of this origin. Throws ConfigError when it is missing or incomplete. */
export async function loadConfig(request: typeof fetch, deadlineMs = 6_000): Promise<WebConfig> {
  const answer = await request("/config.json", {
    cache: "no-store",
    signal: AbortSignal.timeout(deadlineMs),
  }).catch((cause: unknown) => {
    throw new ConfigError("config.json: no answer", { cause });
  });
  if (!answer.ok) throw new ConfigError(`config.json: HTTP ${answer.status}`);
  const value: unknown = await answer.json().catch(() => null);
  if (!isConfig(value)) {
    throw new ConfigError("config.json: supabase_url and supabase_publishable_key are required");
  }
  return value;
}
