/** How the page's panels stand, from what was read and how fresh the news is. Pure. */
import type { Freshness } from "./contact";
import { isRefusal, type NocError } from "./error";
import { differing } from "./feed";
import type { Answer } from "./types";

type Stamp = Pick<Answer<unknown>, "server_time" | "tick_at" | "versions">;

/**
 * The instant on which the shown data stands: the badge's tick while it confirms that nothing
 * changed since the read, else the read's own. Null before the first tick.
 */
export function shownTick(read: Stamp, badge: Stamp | null): number | null {
  const confirmed =
    badge !== null &&
    badge.server_time >= read.server_time &&
    differing(read.versions, badge.versions).length === 0;
  const tick = confirmed ? badge.tick_at : read.tick_at;
  return tick === null ? null : Date.parse(tick);
}

export type PanelView =
  | { kind: "ready" }
  | { kind: "loading" }
  | { kind: "stale"; at: string }
  | { kind: "noContact"; since: string }
  | { kind: "error"; code: string };

interface PanelEvidence {
  freshness: Freshness;
  /** The answer that is shown; null before the first of this filter. */
  answer: Stamp | null;
  error: NocError | null;
  /** Local instant of the last answer of any kind. */
  last_contact: number;
}

/** Old data is kept and said to be old; without data, only a real refusal is called an error. */
export function panelView({ freshness, answer, error, last_contact }: PanelEvidence): PanelView {
  if (answer === null) {
    return error !== null && isRefusal(error)
      ? { kind: "error", code: error.code }
      : { kind: "loading" };
  }
  if (freshness === "lost") {
    return { kind: "noContact", since: new Date(last_contact).toISOString() };
  }
  if (freshness === "stopped" || freshness === "old") {
    return { kind: "stale", at: answer.tick_at ?? answer.server_time };
  }
  return { kind: "ready" };
}
