import assert from "node:assert/strict";
import { connect } from "node:net";
import { handle } from "../../supabase/functions/ingest/handler.ts";
import { fakeDatabase, GOOD_KEY } from "./fake_database.ts";
import { functionOver, jsonBatch } from "./harness.ts";

const MIB = 1_048_576;
const HEAD = "POST /ingest HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
  `authorization: Bearer ${GOOD_KEY}\r\n`;

interface Wire {
  readonly port: number;
  readonly calls: readonly unknown[];
}

/** The function behind a real socket, so that lengths and chunks are what a server sees. */
function onWire(name: string, body: (wire: Wire) => Promise<void>, bodyTimeoutMs = 5_000) {
  Deno.test(name, async () => {
    await using database = fakeDatabase();
    const { deps } = functionOver(database, { bodyTimeoutMs });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => handle(request, deps),
    );
    await body({ port: server.addr.port, calls: database.calls });
  });
}

/** Writes `head`, then asks `more` for bytes until it gives null or an answer came. */
function talk(port: number, head: string, more: () => Uint8Array | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const push = () => {
      while (answer === "" && !socket.destroyed) {
        const chunk = more();
        if (chunk === null || !socket.write(chunk)) return;
      }
    };
    socket.on("connect", () => {
      socket.write(head);
      push();
    });
    socket.on("drain", push);
    socket.on("data", (data) => {
      answer += data.toString();
      socket.destroy();
    });
    socket.on("error", (error) => answer === "" ? reject(error) : resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

onWire("T39 a declared gigabyte is refused in 100 ms, before its first byte", async (wire) => {
  await talk(wire.port, `${HEAD}content-length: 2\r\n\r\n{}`, () => null); // warm
  const began = performance.now();
  const answer = await talk(wire.port, `${HEAD}content-length: ${1024 * MIB}\r\n\r\n`, () => null);
  const took = performance.now() - began;
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.match(answer, /1048576 bytes/);
  assert.ok(took < 100, `${took} ms`);
  assert.equal(wire.calls.length, 0);
});

onWire("T39 an undeclared stream is cut at the limit, with flat memory", async (wire) => {
  const piece = new Uint8Array(65_536 + 9);
  piece.set(new TextEncoder().encode("10000\r\n"));
  piece.fill(0x20, 7, 65_536 + 7);
  piece.set([0x0d, 0x0a], 65_536 + 7);
  const before = Deno.memoryUsage().rss;
  let sent = 0;
  const answer = await talk(wire.port, `${HEAD}transfer-encoding: chunked\r\n\r\n`, () => {
    sent += 65_536;
    return sent > 64 * MIB ? null : piece;
  });
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.ok(sent < 16 * MIB, `${sent} bytes were taken before the answer`);
  const grown = Deno.memoryUsage().rss - before;
  assert.ok(grown < 48 * MIB, `memory grew by ${grown} bytes`);
  assert.equal(wire.calls.length, 0);
});

onWire("T39 a body of exactly the limit is read, one byte more is not", async (wire) => {
  for (const [extra, status] of [[0, 202], [1, 413]] as const) {
    const short = jsonBatch([{ message: "" }]);
    const body = jsonBatch([{ message: "x".repeat(MIB - short.length + extra) }]);
    assert.equal(body.length, MIB + extra);
    const response = await fetch(`http://127.0.0.1:${wire.port}/ingest`, {
      method: "POST",
      headers: { "authorization": `Bearer ${GOOD_KEY}`, "content-type": "application/json" },
      body,
    });
    await response.body?.cancel();
    assert.equal(response.status, status);
  }
});

onWire("a body that drips is given up after its time", async (wire) => {
  const answer = await talk(wire.port, `${HEAD}content-length: 100\r\n\r\n{"kind"`, () => null);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.equal(wire.calls.length, 0);
}, 100);

onWire("a wrong key does not get its body read at all", async (wire) => {
  const head = HEAD.replace(GOOD_KEY, "guess");
  const answer = await talk(wire.port, `${head}content-length: 1000000\r\n\r\n`, () => null);
  assert.match(answer, /^HTTP\/1\.1 401 /);
});
