import type { Read } from "./hint";
import { nextRead } from "./pace";

/** Gathers requests to read again and grants them at most once a second, one at a time. */
export interface Reread {
  request: (reads: Iterable<Read>) => void;
  stop: () => void;
}

/** `run` must settle when its reads did; what is asked meanwhile waits for the next turn. */
export function createReread(
  run: (reads: ReadonlySet<Read>) => Promise<unknown>,
  random: () => number = Math.random,
): Reread {
  let pending = new Set<Read>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let stopped = false;
  let lastAt = -Infinity;

  const schedule = () => {
    if (stopped || running || timer !== undefined || pending.size === 0) return;
    timer = setTimeout(() => void turn(), nextRead(Date.now(), lastAt, random()));
  };
  const turn = async () => {
    timer = undefined;
    running = true;
    lastAt = Date.now();
    const reads = pending;
    pending = new Set();
    try {
      await run(reads);
    } finally {
      running = false;
      schedule();
    }
  };

  return {
    request: (reads) => {
      for (const read of reads) pending.add(read);
      schedule();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
