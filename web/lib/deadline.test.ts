import { expect, test } from "vitest";
import { fetchWithin, orAbort } from "./deadline";

const hanging: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => {
      reject(init.signal?.reason as Error);
    });
  });

test("a socket that hangs ends at the deadline", async () => {
  await expect(fetchWithin(5, hanging)("http://x")).rejects.toThrow(
    expect.objectContaining({ name: "TimeoutError" }) as Error,
  );
});

test("the caller may give up earlier", async () => {
  const caller = new AbortController();
  const work = fetchWithin(60_000, hanging)("http://x", { signal: caller.signal });
  caller.abort();
  await expect(work).rejects.toThrow(expect.objectContaining({ name: "AbortError" }) as Error);
});

test("work that ignores its signal is left behind all the same", async () => {
  const never = new Promise(() => undefined);
  await expect(orAbort(never, AbortSignal.timeout(5))).rejects.toThrow(
    expect.objectContaining({ name: "TimeoutError" }) as Error,
  );
  await expect(orAbort(Promise.resolve(3), AbortSignal.timeout(1_000))).resolves.toBe(3);
});
