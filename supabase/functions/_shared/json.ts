/** Far above what a body may nest: it only keeps the JSON parser's memory small. */
const MAX_NESTING = 64;

/** The value of UTF-8 bytes, or what they must be. */
export function parseJson(bytes: Uint8Array): { value: unknown } | { fault: string } {
  if (nestsDeeperThan(MAX_NESTING, bytes)) {
    return { fault: `must nest at most ${MAX_NESTING} levels` };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { fault: "must be valid UTF-8" };
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: "must be valid JSON" };
  }
}

/**
 * Counts brackets outside strings. Exact as far as the text is valid JSON, and the parser stops
 * where it is not, so what passes here never nests deeper in the parser either.
 */
export function nestsDeeperThan(limit: number, bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c) i += 1; // backslash: whatever follows is not the closing quote
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}
