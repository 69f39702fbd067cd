import { describe, expect, it } from "vitest";
import { createFormat } from "./format";

const pt = createFormat("pt-BR", "America/Sao_Paulo");
const en = createFormat("en", "America/Sao_Paulo");

/** Spaces made visible: "_" unbreakable, "~" thin and unbreakable. */
const seen = (text: string | null) => text?.replaceAll("\u00a0", "_").replaceAll("\u202f", "~");

describe("numbers", () => {
  it("group and divide as each language does", () => {
    expect(pt.number(1234.56, 1)).toBe("1.234,6");
    expect(en.number(1234.56, 1)).toBe("1,234.6");
    expect(pt.number(77040)).toBe("77.040");
  });

  it("are short where only the size matters", () => {
    expect(seen(pt.short(12_345))).toBe("12,3_mil");
    expect(seen(pt.short(200_000_000))).toBe("200_mi");
    expect(en.short(1_500_000_000)).toBe("1.5B");
  });

  it("carry a real minus sign", () => {
    expect(pt.number(-3)).toBe("−3");
  });
});

describe("milliseconds", () => {
  it.each([
    [0.44, "0,4_ms"],
    [9.94, "9,9_ms"],
    [812.4, "812_ms"],
    [1840, "1.840_ms"],
    [9999.4, "9.999_ms"],
    [10_000, "10_s"],
    [12_345, "12,3_s"],
  ])("write %s as %s", (ms, text) => {
    expect(seen(pt.ms(ms))).toBe(text);
  });

  it("keep a decimal when asked", () => {
    expect(seen(pt.ms(1234.5, 1))).toBe("1.234,5_ms");
    expect(seen(en.ms(1234.5, 1))).toBe("1,234.5_ms");
  });
});

describe("percentages", () => {
  it("have a thin space in Portuguese and none in English", () => {
    expect(seen(pt.percent(0.006))).toBe("0,6~%");
    expect(seen(en.percent(0.006))).toBe("0.6%");
  });
});

describe("a change against yesterday", () => {
  it.each([
    [812, 690, "+18~%"],
    [604, 616, "−2~%"],
    [100, 100, "0~%"],
    [199, 100, "+99~%"],
    [200, 100, "2×"],
    [310, 100, "3,1×"],
  ])("from %s now and %s then reads %s", (now, before, text) => {
    expect(seen(pt.change(now, before))).toBe(text);
  });

  it("is nothing without a base", () => {
    expect(pt.change(10, null)).toBeNull();
    expect(pt.change(10, 0)).toBeNull();
    expect(pt.change(null, 10)).toBeNull();
  });

  it("between ratios is in percentage points with its sign", () => {
    expect(seen(pt.points(0.006, 0.008))).toBe("−0,2_pp");
    expect(seen(pt.points(0.008, 0.006))).toBe("+0,2_pp");
    expect(pt.points(0.008, null)).toBeNull();
  });
});

describe("money", () => {
  it("is short above a thousand", () => {
    expect(seen(pt.money(312_400))).toBe("R$_312,4_mil");
    expect(seen(pt.money(38.2))).toBe("R$_38,20");
  });
});

describe("bytes", () => {
  it.each([
    [0, "0_B"],
    [1023, "1.023_B"],
    [1024, "1_kB"],
    [88_123_456, "84_MB"],
    [1_200_345, "1,1_MB"],
    [107_374_182_400, "100_GB"],
  ])("write %s as %s", (bytes, text) => {
    expect(seen(pt.bytes(bytes))).toBe(text);
  });
});

describe("a length of time", () => {
  it.each([
    [-3, "0_s"],
    [0.4, "0_s"],
    [59.9, "59_s"],
    [60, "1_min"],
    [161, "2_min_41_s"],
    [299, "4_min_59_s"],
    [300, "5_min"],
    [27 * 60 + 40, "27_min"],
    [3600, "1_h"],
    [3 * 3600 + 12 * 60, "3_h_12_min"],
    [86_400, "1_d"],
    [2 * 86_400 + 4 * 3600, "2_d_4_h"],
  ])("of %s seconds reads %s", (seconds, text) => {
    expect(seen(pt.duration(seconds))).toBe(text);
  });
});

describe("a measure of a rule", () => {
  it.each([
    [1840, "ms", "1.840_ms"],
    [0.062, "ratio", "6,2~%"],
    [128, "count", "128"],
    [180, "seconds", "3_min"],
    [null, "ms", "—"],
  ] as const)("%s in %s reads %s", (value, unit, text) => {
    expect(seen(pt.value(value, unit))).toBe(text);
  });

  it("gives the unit apart for the large number of a card", () => {
    expect(pt.measure(0.006, "ratio")).toEqual({ value: "0,6", unit: "%" });
  });
});

describe("a moment", () => {
  const iso = "2026-11-23T12:14:07Z";

  it("is written in the reader's zone", () => {
    expect(pt.time(iso)).toBe("09:14");
    expect(pt.second(iso)).toBe("09:14:07");
    expect(pt.moment(iso)).toBe("23/11 09:14");
    expect(pt.instant(iso)).toBe("23/11/2026 09:14:07");
    expect(en.moment(iso)).toBe("23 Nov 09:14");
    expect(pt.zone).toBe("BRT");
    expect(createFormat("en", "UTC").zone).toBe("UTC");
  });

  it("says only the hour on the same day of the reader", () => {
    expect(pt.near("2026-11-23T03:05:00Z", iso)).toBe("00:05");
    expect(pt.near("2026-11-23T02:55:00Z", iso)).toBe("22/11 23:55");
    expect(pt.near(iso, null)).toBe("23/11 09:14");
  });

  it("knows how far its zone is from UTC", () => {
    expect(pt.offset(Date.parse(iso))).toBe(-3 * 3_600_000);
  });

  it("just after midnight is 00, not 24", () => {
    expect(pt.time("2026-11-23T03:05:00Z")).toBe("00:05");
  });
});
