/** A maintenance window while it is written, and what is sent of it. Pure. */
import type { Maintenance, Me } from "./types";

export const DEFAULT_ZONE = "America/Sao_Paulo";
/** Zones of Brazil and UTC; a window keeps whatever zone it has. */
const ZONES = [DEFAULT_ZONE, "America/Noronha", "America/Manaus", "America/Rio_Branco", "UTC"] as const;
/** Minutes of a weekly window that are offered. */
const LENGTHS = [15, 30, 60, 120, 240, 360, 480, 720, 1440] as const;
export const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;
export const TITLE_LIMIT = 120;

const SHORTEST = 5;
const LONGEST = 1440;
const TIME = /^\d\d:\d\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Days are `2026-11-26` and times `22:00`, by the clock of `timezone`; empty while not written. */
export interface WindowDraft {
  window_id: string | null;
  company_cnpj: string | null;
  group_id: string | null;
  service: string | null;
  title: string;
  timezone: string;
  often: "once" | "weekly";
  first_day: string;
  starts: string;
  /** Of one that opens once: when it ends. */
  end_day: string;
  ends: string;
  /** Of a weekly one: ISO days, how long, and its last day; empty: until it is ended. */
  weekdays: number[];
  minutes: number;
  last_day: string;
}

/** What noc_save_maintenance and noc_preview_maintenance take. */
export interface WindowWish {
  window_id?: string;
  company_cnpj: string | null;
  group_id: string | null;
  service: string | null;
  title: string | null;
  timezone: string;
  first_day: string;
  last_day: string | null;
  weekdays: number[] | null;
  starts: string;
  minutes: number;
}

export type WindowField = "title" | "first_day" | "starts" | "last_day" | "weekdays" | "minutes";

/** Day and time of an instant by the clock of a zone. */
export function wallClock(at: number, timeZone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { day: `${of("year")}-${of("month")}-${of("day")}`, time: `${of("hour")}:${of("minute")}` };
}

const wall = (day: string, time: string) => Date.parse(`${day}T${time}:00Z`);

/** Day and time so many minutes later by the same clock. */
function later(day: string, time: string, minutes: number): { day: string; time: string } {
  return wallClock(wall(day, time) + minutes * 60_000, "UTC");
}

/** The widest scope that the caller may plan for: an admin's is everything. */
function widest({ role, groups, companies }: Me): Pick<WindowDraft, "company_cnpj" | "group_id"> {
  const [group] = groups;
  const [company] = companies;
  if (role === "admin") return { company_cnpj: null, group_id: null };
  if (group !== undefined) return { company_cnpj: null, group_id: group.group_id };
  return { company_cnpj: company?.company_cnpj ?? null, group_id: null };
}

/** The next full hour, for an hour, of all that the caller operates. */
export function newWindow(now: number, me: Me): WindowDraft {
  const hour = Math.ceil(now / 3_600_000) * 3_600_000;
  const from = wallClock(hour, DEFAULT_ZONE);
  const to = later(from.day, from.time, 60);
  return {
    window_id: null,
    ...widest(me),
    service: null,
    title: "",
    timezone: DEFAULT_ZONE,
    often: "once",
    first_day: from.day,
    starts: from.time,
    end_day: to.day,
    ends: to.time,
    weekdays: [],
    minutes: 60,
    last_day: "",
  };
}

export function opensOnce({ first_day, last_day, weekdays }: Maintenance): boolean {
  return first_day === last_day && weekdays === null;
}

export function draftOf(window: Maintenance): WindowDraft {
  const once = opensOnce(window);
  const end = later(window.first_day, window.starts, window.minutes);
  return {
    window_id: window.id,
    company_cnpj: window.company_cnpj,
    group_id: window.group_id,
    service: window.service,
    title: window.reason ?? "",
    timezone: window.timezone,
    often: once ? "once" : "weekly",
    first_day: window.first_day,
    starts: window.starts,
    end_day: end.day,
    ends: end.time,
    weekdays: once ? [] : (window.weekdays ?? [...EVERY_DAY]),
    minutes: window.minutes,
    last_day: once ? "" : (window.last_day ?? ""),
  };
}

/** Minutes from its beginning to its end; null while one of them is not written. */
export function minutesOf(draft: WindowDraft): number | null {
  if (draft.often === "weekly") return draft.minutes;
  if (!TIME.test(draft.ends) || !DAY.test(draft.end_day)) return null;
  return (wall(draft.end_day, draft.ends) - wall(draft.first_day, draft.starts)) / 60_000;
}

/** The first field that cannot be sent as it is; its title aside, null when all may be sent. */
export function wrongTime(draft: WindowDraft): WindowField | null {
  if (!DAY.test(draft.first_day)) return "first_day";
  if (!TIME.test(draft.starts)) return "starts";
  const minutes = minutesOf(draft);
  if (minutes === null || minutes < SHORTEST || minutes > LONGEST) return "minutes";
  if (draft.often === "once") return null;
  if (draft.weekdays.length === 0) return "weekdays";
  if (draft.last_day !== "" && draft.last_day < draft.first_day) return "last_day";
  return null;
}

/** Null while a day or a time is wrong. */
export function wishOf(draft: WindowDraft): WindowWish | null {
  const minutes = minutesOf(draft);
  if (minutes === null || wrongTime(draft) !== null) return null;
  const weekly = draft.often === "weekly";
  const title = draft.title.trim();
  return {
    ...(draft.window_id !== null && { window_id: draft.window_id }),
    company_cnpj: draft.company_cnpj,
    group_id: draft.group_id,
    service: draft.service,
    title: title === "" ? null : title,
    timezone: draft.timezone,
    first_day: draft.first_day,
    last_day: weekly ? (draft.last_day === "" ? null : draft.last_day) : draft.first_day,
    weekdays: weekly ? draft.weekdays.toSorted((a, b) => a - b) : null,
    starts: draft.starts,
    minutes,
  };
}

/** Another beginning keeps how long it is; what is written of an end stays. */
export function beginningAt(draft: WindowDraft, part: { first_day?: string; starts?: string }): WindowDraft {
  const next = { ...draft, ...part };
  const before = minutesOf(draft);
  const whole = DAY.test(next.first_day) && TIME.test(next.starts);
  if (draft.often === "weekly" || before === null || before <= 0 || !whole) return next;
  const end = later(next.first_day, next.starts, before);
  return { ...next, end_day: end.day, ends: end.time };
}

/** A window that opened once becomes weekly on its own day, and keeps how long it is. */
export function asOften(draft: WindowDraft, often: WindowDraft["often"]): WindowDraft {
  if (often === draft.often) return draft;
  if (often === "once") {
    const end = later(draft.first_day, draft.starts, draft.minutes);
    return { ...draft, often, end_day: end.day, ends: end.time };
  }
  const minutes = minutesOf(draft);
  const known = minutes !== null && minutes >= SHORTEST && minutes <= LONGEST;
  const day = new Date(wall(draft.first_day, "00:00")).getUTCDay() || 7;
  return {
    ...draft,
    often,
    minutes: known ? minutes : draft.minutes,
    weekdays: draft.weekdays.length > 0 || Number.isNaN(day) ? draft.weekdays : [day],
  };
}

export function zonesOf(draft: WindowDraft): string[] {
  return [...new Set([...ZONES, draft.timezone])];
}

export function lengthsOf(draft: WindowDraft): number[] {
  return [...new Set([...LENGTHS, draft.minutes])].sort((a, b) => a - b);
}

export type When = "now" | "coming" | "weekly" | "over";

/** Under which heading of the list a window stands. */
export function whenOf(window: Maintenance, now: number | null): When {
  const { starts_at, ends_at } = window;
  if (starts_at === null || ends_at === null) return "over";
  if (now === null) return window.active ? "now" : opensOnce(window) ? "coming" : "weekly";
  if (Date.parse(ends_at) <= now) return "over";
  if (Date.parse(starts_at) <= now) return "now";
  return opensOnce(window) ? "coming" : "weekly";
}
