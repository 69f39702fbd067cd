/**
 * Writes out/csp.txt: one Content-Security-Policy for the exported pages. Their inline scripts are
 * allowed by hash alone; `__CONNECT_SRC__` is replaced by the server with its API's origins.
 */
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi;

/** The sources of a page's inline scripts, as `script-src` writes them. */
export function hashesOf(html: string): string[] {
  const bodies = [...html.matchAll(INLINE_SCRIPT)].flatMap(([, body]) => (body ? [body] : []));
  return bodies.map((body) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`);
}

export function policyOf(hashes: readonly string[]): string {
  const directives: Record<string, string[]> = {
    "default-src": ["'none'"],
    "script-src": ["'self'", ...[...new Set(hashes)].sort()],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", "__CONNECT_SRC__"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");
}

async function main(): Promise<void> {
  const out = fileURLToPath(new URL("../out/", import.meta.url));
  const files = await readdir(out, { recursive: true });
  const pages = files.filter((file) => file.endsWith(".html"));
  if (pages.length === 0) throw new Error("out/ has no pages: run `next build` first");
  const texts = await Promise.all(pages.map((page) => readFile(join(out, page), "utf8")));
  const hashes = texts.flatMap(hashesOf);
  await writeFile(join(out, "csp.txt"), `${policyOf(hashes)}\n`);
  process.stdout.write(`csp.txt: ${pages.length} pages, ${new Set(hashes).size} inline scripts\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
