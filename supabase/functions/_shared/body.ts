import { accept, type Refusal, refuse, type Result } from "./respond.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  /** A body that has not arrived whole after this long is given up: nobody may hold a worker. */
  readonly timeoutMs: number;
}

/**
 * The request's bytes, never holding more than the limit plus one chunk.
 * A declared length over the limit is refused before the first byte is read.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity") return refuse(COMPRESSED);
  if (Number(request.headers.get("content-length") ?? 0) > limits.maxBytes) {
    return refuse(tooLarge(limits.maxBytes));
  }
  if (request.body === null) return accept(new Uint8Array());

  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel().catch(() => {});
  }, limits.timeoutMs);
  try {
    const body = await collect(reader, limits.maxBytes);
    if (late) return refuse(LATE);
    return body === null ? refuse(tooLarge(limits.maxBytes)) : accept(body);
  } catch {
    return refuse(late ? LATE : BROKEN);
  } finally {
    clearTimeout(timer);
  }
}

/** All bytes, or null as soon as there are too many; the rest is then left unread. */
async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      void reader.cancel().catch(() => {});
      return null;
    }
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

function tooLarge(maxBytes: number): Refusal {
  return {
    status: 413,
    code: "too_large",
    message: `the body must have at most ${maxBytes} bytes; send smaller batches`,
    field: "body",
    headers: { connection: "close" },
  };
}

const COMPRESSED: Refusal = {
  status: 415,
  code: "content_encoding",
  message: "the body must be sent uncompressed, without Content-Encoding",
  field: "content-encoding",
};

const LATE: Refusal = {
  status: 408,
  code: "body_timeout",
  message: "the body did not arrive in time; send the same batch again",
  field: "body",
};

const BROKEN: Refusal = {
  status: 400,
  code: "body_broken",
  message: "the body ended before it was complete",
  field: "body",
};
