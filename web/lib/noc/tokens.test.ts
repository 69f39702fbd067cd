import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");
const themes = ["light", "dark"] as const;
const surfaces = ["bg-canvas", "bg-panel", "bg-raised", "bg-hover", "bg-selected", "bg-sunken"];
const states = ["up", "degraded", "down", "nodata", "maint", "paused"];

type Theme = (typeof themes)[number];

function colour(name: string, theme: Theme): string {
  const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  const value = found?.[theme === "light" ? 1 : 2];
  if (value === undefined) throw new Error(`no token --${name}`);
  return value;
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string, theme: Theme): number {
  const a = luminance(colour(one, theme));
  const b = luminance(colour(other, theme));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const weak = (pairs: [string, string][], theme: Theme, least: number) =>
  pairs.filter(([one, other]) => contrast(one, other, theme) < least);

describe.each(themes)("the %s theme", (theme) => {
  it("writes text at 4.5:1 or more on every surface", () => {
    const texts = ["fg-1", "fg-2", "fg-3", ...states.map((state) => `${state}-fg`)];
    const pairs = texts.flatMap((text) => surfaces.map((on): [string, string] => [text, on]));
    const tinted = states.map((state): [string, string] => [`${state}-fg`, `${state}-tint`]);
    expect(weak([...pairs, ...tinted, ["fg-invert", "bg-invert"]], theme, 4.5)).toEqual([]);
  });

  it("draws shapes at 3:1 or more, also on their own tint", () => {
    const pairs = states.flatMap((state): [string, string][] => [
      [`${state}-solid`, "bg-panel"],
      [`${state}-solid`, "bg-canvas"],
      [`${state}-solid`, `${state}-tint`],
    ]);
    const controls: [string, string][] = [
      ["line-3", "bg-panel"],
      ["focus", "bg-panel"],
      ["focus", "bg-canvas"],
    ];
    expect(weak([...pairs, ...controls], theme, 3)).toEqual([]);
  });

  it("steps the heatmap one way in luminance", () => {
    const steps = Array.from({ length: 9 }, (_, step) => luminance(colour(`heat-${step}`, theme)));
    const ordered = steps.toSorted((a, b) => (theme === "dark" ? a - b : b - a));
    expect(steps).toEqual(ordered);
  });
});
