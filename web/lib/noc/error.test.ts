import { describe, expect, test } from "vitest";
import { asNocError, errorOf } from "./error";

describe("what a failure means", () => {
  test.each([
    [{ code: "PT404", hint: "scope_not_found", message: "no" }, 404, "refused"],
    [{ code: "57014", message: "statement timeout" }, 500, "refused"],
    [{ code: "PGRST301", message: "JWT expired" }, 401, "session"],
    [{ code: "42501", message: "permission denied" }, 401, "session"],
    [{ code: "PGRST002", message: "no schema cache" }, 503, "no-contact"],
    [{ code: "PGRST003", message: "pool timeout" }, 504, "no-contact"],
    [{ code: "57P03", message: "starting up" }, 500, "no-contact"],
    [{ code: "08006", message: "connection failure" }, 500, "no-contact"],
    [{ code: "", message: "Bad Gateway" }, 502, "no-contact"],
    [{ code: "", message: "TypeError: Failed to fetch" }, 0, "no-contact"],
  ])("%o with HTTP %d is %s", (refusal, status, kind) => {
    expect(errorOf(refusal, status).kind).toBe(kind);
  });

  test("the hint is kept as the stable code", () => {
    expect(errorOf({ code: "PT404", hint: "scope_not_found" }, 404).hint).toBe("scope_not_found");
  });

  test("an answer without code is named by its HTTP status", () => {
    expect(errorOf({}, 502).code).toBe("HTTP 502");
    expect(errorOf({}, 0).code).toBe("NET");
  });

  test("a deadline is a lost contact, a caller that gave up is not", () => {
    expect(asNocError(new DOMException("late", "TimeoutError")).kind).toBe("no-contact");
    expect(asNocError(new DOMException("left", "AbortError")).kind).toBe("cancelled");
  });
});
