import { reduceContact, startContact, type Contact } from "./contact";
import { asNocError } from "./error";
import { reduceFeed, startFeed, type Feed, type FeedEvent } from "./feed";
import type { Answer, Badge } from "./types";
import type { Seen } from "./verdict";

/** What is known about the connection at this moment; everything but the data of the page. */
export interface WatchState {
  contact: Contact;
  feed: Feed;
  badge: Seen<Answer<Badge>> | null;
  /** Since when the reader holds the page still, and how many changes wait; null when live. */
  paused: { since: number; waiting: number } | null;
}

/** The one place where polls, reads, hints and the reader's pause meet. */
export interface Watch {
  get: () => WatchState;
  subscribe: (listener: () => void) => () => void;
  /** Lets a read through and notes whether the database answered it. */
  through: <T>(work: Promise<Answer<T>>) => Promise<Answer<T>>;
  sawBadge: (answer: Answer<Badge>) => void;
  feed: (event: FeedEvent) => void;
  resumed: () => void;
  togglePause: () => void;
  /** A change came while the page is held. */
  waits: () => void;
}

export function createWatch(clock: () => number): Watch {
  const listeners = new Set<() => void>();
  let state: WatchState = {
    contact: startContact(clock()),
    feed: startFeed,
    badge: null,
    paused: null,
  };
  const set = (part: Partial<WatchState>) => {
    state = { ...state, ...part };
    listeners.forEach((listener) => {
      listener();
    });
  };
  const answered = ({ server_time, tick_at }: Answer<unknown>) => {
    const event = { kind: "answered", at: clock(), server_time, tick_at } as const;
    set({ contact: reduceContact(state.contact, event) });
  };
  const failed = (thrown: unknown) => {
    const { kind } = asNocError(thrown);
    if (kind !== "no-contact" && kind !== "session") return;
    set({ contact: reduceContact(state.contact, { kind: "failed", at: clock() }) });
  };

  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    through: async (work) => {
      try {
        const answer = await work;
        answered(answer);
        return answer;
      } catch (thrown) {
        failed(thrown);
        throw thrown;
      }
    },
    sawBadge: (answer) => {
      const feed = reduceFeed(state.feed, { kind: "polled", versions: answer.versions });
      set({ badge: { data: answer, at: clock() }, feed });
    },
    feed: (event) => {
      set({ feed: reduceFeed(state.feed, event) });
    },
    resumed: () => {
      set({ contact: reduceContact(state.contact, { kind: "resumed", at: clock() }) });
    },
    togglePause: () => {
      set({ paused: state.paused === null ? { since: clock(), waiting: 0 } : null });
    },
    waits: () => {
      const { paused } = state;
      if (paused !== null) set({ paused: { ...paused, waiting: paused.waiting + 1 } });
    },
  };
}
