import { describe, expect, it } from "vitest";
import { SPARK_HEIGHT, sparkShape } from "./spark";

const limits = { degraded: 1200, down: 2000 };

describe("a sparkline", () => {
  it("breaks at what was not measured", () => {
    expect(sparkShape([1, 2, null, 3, 4], null).line.match(/M/g)).toHaveLength(2);
  });

  it("draws a lone point as a dot", () => {
    expect(sparkShape([null, 5, null], null).line).toMatch(/^M100\.0 [\d.]+h0$/);
  });

  it("is empty when nothing was measured", () => {
    expect(sparkShape([null, null], limits)).toMatchObject({ line: "", area: "", broken: false });
    expect(sparkShape([], limits).line).toBe("");
  });

  it.each([
    [1200, false],
    [1200.1, true],
  ])("at %s ms with limit 1200 is broken: %s", (value, broken) => {
    expect(sparkShape([800, value], limits).broken).toBe(broken);
  });

  it("draws the limit inside the box when the data come near it", () => {
    const { limit_y } = sparkShape([800], limits);
    expect(limit_y).toBeGreaterThan(0);
    expect(limit_y).toBeLessThan(SPARK_HEIGHT);
  });

  it("leaves out a limit that would flatten the data", () => {
    expect(sparkShape([0.001], { degraded: 0.05, down: 0.1 }).limit_y).toBeNull();
  });

  it("survives a line of zeros", () => {
    expect(sparkShape([0, 0], null).line).toBe("M0.0 28.0L200.0 28.0");
  });
});
