import { describe, expect, test } from "vitest";
import { historyOf, isNarrowed, putHistory, startOf, wholeHistory, widerThan } from "./history";

const parse = (query: string) => historyOf(new URLSearchParams(query));
const NOW = Date.parse("2026-11-23T12:00:00Z");

describe("the filters of the history", () => {
  test.each(["severity=CRITICAL", "state=done", "rule=p95-latency", "rule=x", "period=2d"])(
    "%s is not a filter and is dropped",
    (query) => {
      expect(parse(query)).toEqual(wholeHistory);
    },
  );

  test("the default period is left out of the link", () => {
    const query = new URLSearchParams();
    putHistory(query, parse("period=7d&state=open"));
    expect(query.toString()).toBe("state=open");
  });

  test("a period alone does not narrow the list", () => {
    expect(isNarrowed(parse("period=30d"))).toBe(false);
    expect(isNarrowed(parse("rule=error_rate"))).toBe(true);
  });

  test("a period counts back from now, and all of it from the beginning", () => {
    expect(startOf("24h", NOW)).toBe("2026-11-22T12:00:00.000Z");
    expect(startOf(null, NOW)).toBe("2026-11-16T12:00:00.000Z");
    expect(startOf("all", NOW)).toBeNull();
  });

  test("an empty period offers the next longer one, until there is none", () => {
    expect(widerThan(null)).toBe("30d");
    expect(widerThan("90d")).toBe("all");
    expect(widerThan("all")).toBeNull();
  });
});
