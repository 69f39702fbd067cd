const HEADER = /^sha256=([0-9a-f]{64})$/;
const SHA256 = { name: "HMAC", hash: "SHA-256" };

/** The signature that the header carries; null when it has none of the right shape. */
export function signatureIn(headers: Headers): Uint8Array<ArrayBuffer> | null {
  const hex = HEADER.exec(headers.get("x-hub-signature-256") ?? "")?.[1];
  if (hex === undefined) return null;
  return Uint8Array.from(
    { length: 32 },
    (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Whether Meta signed exactly these bytes; compared in constant time. */
export async function isSigned(
  body: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  appSecret: string,
): Promise<boolean> {
  const raw = new TextEncoder().encode(appSecret);
  const key = await crypto.subtle.importKey("raw", raw, SHA256, false, ["verify"]);
  return await crypto.subtle.verify("HMAC", key, signature, body);
}

/** Whether two texts are the same; how long it takes tells nothing of where they differ. */
export async function isSame(one: string, other: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [a, b] = await Promise.all([digest(one), digest(other)]);
  return a.reduce((difference, byte, i) => difference | (byte ^ (b[i] ?? 0)), 0) === 0;
}
