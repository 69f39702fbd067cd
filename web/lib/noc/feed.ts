/**
 * What the Realtime channel is worth at the moment. Pure.
 * SUBSCRIBED proves nothing: a version that a poll found and no hint announced by the next poll
 * means that hints are being lost, and the page says that it reads by polling.
 */

export type Versions = Partial<Record<string, number>>;
export type Stream = "connecting" | "live" | "lost" | "denied";

export interface Feed {
  stream: Stream;
  /** The highest version of each table that a hint named, or that was known when joining. */
  heard: Versions | null;
  /** What the last poll read. */
  polled: Versions | null;
}

export type FeedEvent =
  | { kind: "opening" }
  | { kind: "joined" }
  | { kind: "dropped" }
  | { kind: "denied" }
  | { kind: "hinted"; versions: Versions }
  | { kind: "polled"; versions: Versions };

export const startFeed: Feed = { stream: "connecting", heard: null, polled: null };

/** Tables whose version differs; any difference counts, since a restored database goes backwards. */
export function differing(a: Versions, b: Versions): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}

/** Tables that `seen` has newer than `heard`. */
function unheard(seen: Versions, heard: Versions): string[] {
  return Object.keys(seen).filter((name) => (seen[name] ?? 0) > (heard[name] ?? 0));
}

function merge(heard: Versions | null, more: Versions): Versions {
  const merged: Versions = { ...heard };
  for (const [name, version] of Object.entries(more)) {
    merged[name] = Math.max(merged[name] ?? 0, version ?? 0);
  }
  return merged;
}

function afterPoll(feed: Feed, versions: Versions): Feed {
  const joined = feed.stream === "live";
  const missed =
    joined && feed.heard !== null && feed.polled !== null && unheard(feed.polled, feed.heard).length > 0;
  const heard = feed.heard === null || missed ? versions : feed.heard;
  return { stream: missed ? "lost" : feed.stream, heard, polled: versions };
}

export function reduceFeed(feed: Feed, event: FeedEvent): Feed {
  switch (event.kind) {
    case "opening":
      return { ...feed, stream: feed.stream === "live" ? "connecting" : feed.stream };
    case "joined":
      return { ...feed, stream: "live", heard: null };
    case "dropped":
      return { ...feed, stream: "lost" };
    case "denied":
      return { ...feed, stream: "denied" };
    case "hinted":
      return { ...feed, stream: "live", heard: merge(feed.heard, event.versions) };
    case "polled":
      return afterPoll(feed, event.versions);
  }
}
