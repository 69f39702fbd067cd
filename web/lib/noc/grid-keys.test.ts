import { describe, expect, it } from "vitest";
import { moved } from "./grid-keys";

describe("the keys of a grid", () => {
  it.each([
    ["ArrowRight", 1, 2],
    ["ArrowLeft", 1, 0],
    ["ArrowDown", 2, 1],
    ["ArrowUp", 0, 1],
    ["Home", 1, 0],
    ["End", 1, 3],
  ])("%s leads to row %s, column %s", (key, row, column) => {
    expect(moved(key, { row: 1, column: 1 }, 3, 4)).toEqual({ row, column });
  });

  it("hold at the edges", () => {
    expect(moved("ArrowUp", { row: 0, column: 0 }, 3, 4)).toEqual({ row: 0, column: 0 });
    expect(moved("ArrowDown", { row: 2, column: 3 }, 3, 4)).toEqual({ row: 2, column: 3 });
  });

  it("leave every other key to the page", () => {
    expect(moved("Tab", { row: 0, column: 0 }, 3, 4)).toBeNull();
  });
});
