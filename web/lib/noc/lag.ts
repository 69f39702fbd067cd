import { differing } from "./feed";
import { readsTouchedBy, type Read } from "./hint";
import { SLIDE_MS } from "./pace";
import type { Answer } from "./types";

/** How long an answer may stand though nothing changed; the rest slides with the clock. */
const standing: Partial<Record<Read, number>> = {
  // Rights have no version of their own; a new grant shows within this time.
  me: 60_000,
  // It ends by its own time, which the page knows.
  sources: 300_000,
  // Its periods are days, and it may be many pages long.
  history: 300_000,
  // Somebody may be writing into what stands on them.
  rules: 300_000,
  contacts: 300_000,
};

type Stamp = Pick<Answer<unknown>, "server_time" | "versions">;

/** Whether a read must be made again, judged by a badge that was asked later. */
export function lagsBehind(read: Read, answer: Stamp | undefined, badge: Stamp): boolean {
  if (answer === undefined) return true;
  const later = Date.parse(badge.server_time) - Date.parse(answer.server_time);
  if (later < 0) return false;
  if (later > (standing[read] ?? SLIDE_MS)) return true;
  return readsTouchedBy(differing(answer.versions, badge.versions)).has(read);
}
