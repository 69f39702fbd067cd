import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Read } from "./hint";
import { createReread } from "./reread";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function recorder() {
  const turns: { at: number; reads: Read[] }[] = [];
  const start = Date.now();
  const run = (reads: ReadonlySet<Read>) => {
    turns.push({ at: Date.now() - start, reads: [...reads].sort() });
    return Promise.resolve();
  };
  return { turns, run };
}

test("a storm of hints becomes one re-read a second", async () => {
  const { turns, run } = recorder();
  const reread = createReread(run, () => 0);
  for (let i = 0; i < 50; i += 1) {
    reread.request(["overview"]);
    await vi.advanceTimersByTimeAsync(50);
  }
  await vi.advanceTimersByTimeAsync(2_000);
  expect(turns.map((turn) => turn.at)).toEqual([0, 1_000, 2_000, 3_000]);
});

test("the first hint after a quiet time is followed at once", async () => {
  const { turns, run } = recorder();
  createReread(run, () => 0.5).request(["series"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(turns).toEqual([{ at: 100, reads: ["series"] }]);
});

test("requests are merged", async () => {
  const { turns, run } = recorder();
  const reread = createReread(run, () => 0);
  reread.request(["series"]);
  reread.request(["overview", "series"]);
  await vi.advanceTimersByTimeAsync(10);
  expect(turns).toEqual([{ at: 0, reads: ["overview", "series"] }]);
});

test("a slow read is neither cut off nor doubled, and what changed meanwhile is read after it", async () => {
  let finish = (): void => undefined;
  const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const reread = createReread(run, () => 0);
  reread.request(["overview"]);
  await vi.advanceTimersByTimeAsync(10);
  reread.request(["overview"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(10);
  expect(run).toHaveBeenCalledTimes(2);
});

test("a failed read does not stop the next", async () => {
  const run = vi.fn(() => Promise.resolve());
  const reread = createReread(run, () => 0);
  reread.request(["overview"]);
  await vi.advanceTimersByTimeAsync(1_500);
  reread.request(["overview"]);
  await vi.advanceTimersByTimeAsync(10);
  expect(run).toHaveBeenCalledTimes(2);
});

test("nothing is read after the page is left", async () => {
  const run = vi.fn(() => Promise.resolve());
  const reread = createReread(run, () => 0.5);
  reread.request(["overview"]);
  reread.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).not.toHaveBeenCalled();
});
