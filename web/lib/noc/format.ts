import type { Unit } from "./types";
import { maskCnpj } from "./cnpj";

/** A number and its unit apart, for where the unit is set smaller. */
export interface Measure {
  value: string;
  unit: string;
}

/** Keeps a number and its unit on one line. */
const NBSP = "\u00a0";
/** Thin and unbreakable, before the percent sign in Portuguese. */
const THIN = "\u202f";
const MINUS = "\u2212";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

export interface Format {
  /** Integer, or at most `digits` decimals: 1.284 · 1.234,5. */
  number: (n: number, digits?: number) => string;
  /** Rounded to three figures at most: 12 mil, 1,5 bi. */
  short: (n: number) => string;
  /** Milliseconds, turned to seconds from 10 s on; one decimal below 10 ms. */
  ms: (ms: number, digits?: number) => string;
  /** Ratio 0..1 as percentage, one decimal. */
  percent: (ratio: number, digits?: number) => string;
  /** Signed change against a base, "+18 %"; from double on a factor, "3,1×". Null without base. */
  change: (now: number | null, before: number | null) => string | null;
  /** Signed difference of two ratios in percentage points: "−0,2 pp". */
  points: (now: number | null, before: number | null) => string | null;
  /** Reais, short above a thousand: R$ 312,4 mil. */
  money: (reais: number) => string;
  /** Powers of 1024, as PostgreSQL writes sizes. */
  bytes: (bytes: number) => string;
  /** Length of time, at most two units: 4 s · 2 min 41 s · 27 min · 3 h 12 min · 2 d 4 h. */
  duration: (seconds: number) => string;
  /** A measure in the unit of a rule; an em dash when null. */
  measure: (value: number | null, unit: Unit | null) => Measure;
  /** The same on one line: 1.840 ms. */
  value: (value: number | null, unit: Unit | null) => string;
  /** 09:14. */
  time: (iso: string) => string;
  /** 09:14:07. */
  second: (iso: string) => string;
  /** 23/11 09:14. */
  moment: (iso: string) => string;
  /** 09:14 on the day of the reference, 23/11 09:14 on any other or without one. */
  near: (iso: string, reference: string | null) => string;
  /** 23/11/2026 09:14:07, for tooltips. */
  instant: (iso: string) => string;
  /** 23/11. */
  day: (iso: string) => string;
  /** Milliseconds to add to UTC for the reader's wall clock at that instant. */
  offset: (at: number) => number;
  /** Short name of the zone in which times are written: BRT. */
  zone: string;
  cnpj: (canonical: string) => string;
}

function lengthOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const join = (n: number, unit: string, rest: number, small: string) =>
    rest > 0
      ? `${n}${NBSP}${unit} ${rest}${NBSP}${small}`.replaceAll(" ", NBSP)
      : `${n}${NBSP}${unit}`;
  if (whole < MINUTE) return `${whole}${NBSP}s`;
  if (whole < 5 * MINUTE) return join(Math.floor(whole / MINUTE), "min", whole % MINUTE, "s");
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}${NBSP}min`;
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (whole < DAY) return join(Math.floor(whole / HOUR), "h", minutes, "min");
  return join(Math.floor(whole / DAY), "d", Math.floor((whole % DAY) / HOUR), "h");
}

function zoneName(timeZone: string): string {
  // ICU has no abbreviation for Brasília in any locale, and operators read "BRT".
  if (timeZone === "America/Sao_Paulo") return "BRT";
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "short" }).formatToParts(0);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

/** What a wall clock in the zone shows, as if it were local time; only differences mean something. */
function wallClock(at: number, timeZone: string): number {
  return Date.parse(new Date(at).toLocaleString("en-US", { timeZone }));
}

/** Everything an operator reads is written here; the rest of the code holds raw values. */
export function createFormat(language: "pt-BR" | "en", timeZone: string): Format {
  const portuguese = language === "pt-BR";
  const decimals = new Map<number, Intl.NumberFormat>();
  const number = (n: number, digits = 0) => {
    const found = decimals.get(digits);
    const made = found ?? new Intl.NumberFormat(language, { maximumFractionDigits: digits });
    decimals.set(digits, made);
    return made.format(n).replace("-", MINUS);
  };
  const signed = (n: number, digits: number) => {
    const text = number(Math.abs(n), digits);
    if (text === "0") return text;
    return n < 0 ? `${MINUS}${text}` : `+${text}`;
  };
  const percentSign = portuguese ? `${THIN}%` : "%";
  const clock = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(portuguese ? "pt-BR" : "en-GB", {
      timeZone,
      hourCycle: "h23",
      ...options,
    });
  const times = clock({ hour: "2-digit", minute: "2-digit" });
  const days = portuguese
    ? clock({ day: "2-digit", month: "2-digit" })
    : clock({ day: "numeric", month: "short" });
  const fullDays = portuguese
    ? clock({ day: "2-digit", month: "2-digit", year: "numeric" })
    : clock({ day: "numeric", month: "short", year: "numeric" });
  const fullTimes = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const short = new Intl.NumberFormat(language, {
    notation: "compact",
    maximumSignificantDigits: 3,
  });
  const money = new Intl.NumberFormat(language, { style: "currency", currency: "BRL" });
  const shortMoney = new Intl.NumberFormat(language, {
    style: "currency",
    currency: "BRL",
    notation: "compact",
    maximumFractionDigits: 1,
  });

  const msParts = (ms: number, digits?: number): Measure => {
    if (Math.abs(ms) >= 10_000) return { value: number(ms / 1000, digits ?? 1), unit: "s" };
    return { value: number(ms, digits ?? (Math.abs(ms) < 10 ? 1 : 0)), unit: "ms" };
  };
  const measure = (value: number | null, unit: Unit | null): Measure => {
    if (value === null) return { value: "—", unit: "" };
    if (unit === "ms") return msParts(value);
    if (unit === "ratio") return { value: number(value * 100, 1), unit: "%" };
    if (unit === "seconds") return { value: lengthOf(value), unit: "" };
    return { value: number(value, 1), unit: "" };
  };
  const joined = ({ value, unit }: Measure) => {
    if (unit === "") return value;
    return unit === "%" ? `${value}${percentSign}` : `${value}${NBSP}${unit}`;
  };

  const moment = (iso: string) => `${days.format(new Date(iso))} ${times.format(new Date(iso))}`;

  return {
    number,
    short: (n) => short.format(n),
    ms: (ms, digits) => joined(msParts(ms, digits)),
    percent: (ratio, digits = 1) => `${number(ratio * 100, digits)}${percentSign}`,
    change: (now, before) => {
      if (now === null || before === null || before <= 0) return null;
      const factor = now / before;
      return factor >= 2
        ? `${number(factor, 1)}×`
        : `${signed((factor - 1) * 100, 0)}${percentSign}`;
    },
    points: (now, before) =>
      now === null || before === null ? null : `${signed((now - before) * 100, 1)}${NBSP}pp`,
    money: (reais) => (Math.abs(reais) >= 1000 ? shortMoney : money).format(reais),
    bytes: (bytes) => {
      const step = Math.min(
        BYTE_UNITS.length - 1,
        bytes === 0 ? 0 : Math.floor(Math.log2(Math.abs(bytes)) / 10),
      );
      const scaled = bytes / 1024 ** step;
      return `${number(scaled, step > 0 && Math.abs(scaled) < 100 ? 1 : 0)}${NBSP}${BYTE_UNITS[step] ?? "B"}`;
    },
    duration: lengthOf,
    measure,
    value: (value, unit) => joined(measure(value, unit)),
    time: (iso) => times.format(new Date(iso)),
    second: (iso) => fullTimes.format(new Date(iso)),
    moment,
    near: (iso, reference) => {
      const day = (at: string) => fullDays.format(new Date(at));
      const same = reference !== null && day(iso) === day(reference);
      return same ? times.format(new Date(iso)) : moment(iso);
    },
    day: (iso) => days.format(new Date(iso)),
    offset: (at) => wallClock(at, timeZone) - wallClock(at, "UTC"),
    instant: (iso) => `${fullDays.format(new Date(iso))} ${fullTimes.format(new Date(iso))}`,
    zone: zoneName(timeZone),
    cnpj: maskCnpj,
  };
}
