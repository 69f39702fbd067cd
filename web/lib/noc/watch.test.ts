import { expect, test } from "vitest";
import { freshnessOf } from "./contact";
import { NocError } from "./error";
import type { Answer } from "./types";
import { createWatch } from "./watch";

const T0 = Date.parse("2026-11-23T12:00:00Z");
const answer = (at: number): Answer<null> => ({
  server_time: new Date(at).toISOString(),
  tick_at: new Date(at - 2_000).toISOString(),
  versions: {},
  data: null,
});

function watchAt(start: number) {
  let now = start;
  const watch = createWatch(() => now);
  const at = (ms: number) => {
    now = ms;
    return watch;
  };
  return { at, freshness: () => freshnessOf(watch.get().contact, now, false) };
}

test("reads that fail for want of contact count, refusals and cancelled reads do not", async () => {
  const { at, freshness } = watchAt(T0);
  await at(T0).through(Promise.resolve(answer(T0)));
  for (const kind of ["refused", "cancelled", "malformed"] as const) {
    const failing = at(T0 + 1_000).through(Promise.reject(new NocError(kind, "", "X")));
    await expect(failing).rejects.toThrow();
  }
  expect(freshness()).toBe("live");
  for (const second of [2, 3]) {
    const failing = at(T0 + second * 1_000).through(
      Promise.reject(new NocError("no-contact", "", "NET")),
    );
    await expect(failing).rejects.toThrow();
  }
  expect(freshness()).toBe("lost");
});

test("changes that come while the page is held are counted, then forgotten", () => {
  const { at } = watchAt(T0);
  const watch = at(T0);
  watch.waits();
  expect(watch.get().paused).toBeNull();
  watch.togglePause();
  watch.waits();
  watch.waits();
  expect(watch.get().paused).toEqual({ since: T0, waiting: 2 });
  watch.togglePause();
  expect(watch.get().paused).toBeNull();
});

test("listeners hear each change until they leave", () => {
  const { at } = watchAt(T0);
  const watch = at(T0);
  let calls = 0;
  const leave = watch.subscribe(() => (calls += 1));
  watch.feed({ kind: "joined" });
  leave();
  watch.feed({ kind: "dropped" });
  expect(calls).toBe(1);
});
