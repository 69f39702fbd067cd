/** Maintenance windows in words. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { DEFAULT_ZONE, EVERY_DAY, opensOnce, type When } from "./maintenance";
import { serviceName, untilSaid } from "./sentence";
import type { Maintenance, MaintenancePreview } from "./types";

/** "seg" */
export function dayName(t: Translate, day: number): string {
  return t(`maintenance.day.${day as (typeof EVERY_DAY)[number]}`);
}

/** What a window is about: "Omie · Grupo Ipê". */
export function windowSaid(t: Translate, window: Maintenance): string {
  const where = window.company_name ?? window.group_name ?? t("filter.scope.all");
  const what = window.service === null ? t("maintenance.service.any") : serviceName(t, window.service);
  return [what, where].join(" · ");
}

/** A zone as people call it; an unknown one by its own name. */
export function zoneName(t: Translate, zone: string): string {
  return t.find("maintenance.timezone", zone) ?? zone;
}

/** "seg, qua às 22:00, por 2 h", with its zone where it is not Brasília's. */
export function timesSaid(t: Translate, format: Format, window: Maintenance): string {
  const age = format.duration(window.minutes * 60);
  const { starts, timezone, last_day } = window;
  const days = (window.weekdays ?? EVERY_DAY).map((day) => dayName(t, day)).join(", ");
  const once = opensOnce(window);
  return [
    once ? t("maintenance.once", { starts, age }) : t("maintenance.weekly", { days, starts, age }),
    timezone === DEFAULT_ZONE ? null : t("maintenance.zone", { zone: zoneName(t, timezone) }),
    once || last_day === null
      ? null
      : t("maintenance.lastDay", { day: format.day(`${last_day}T12:00:00Z`) }),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

/** "até 02:00", "começa 27/11 22:00", "terminou 09:40". */
export function whenSaid(
  t: Translate,
  format: Format,
  { starts_at, ends_at }: Maintenance,
  when: When,
  today: string | null,
): string {
  if (starts_at === null || ends_at === null) return t("silence.overNever");
  if (when === "over") return t("silence.over", { time: format.near(ends_at, today) });
  if (when === "now") return t("maintenance.until", { time: untilSaid(format, ends_at, today) });
  return t("silence.starts", { time: untilSaid(format, starts_at, today) });
}

/**
 * What a window would do: "Nada abre de 22:00 a 02:00 BRT", then whom it covers and which alerts
 * fall silent.
 */
export function previewSaid(
  t: Translate,
  format: Format,
  preview: MaintenancePreview,
  weekly: boolean,
  now: number,
): { span: string; facts: string } {
  const { starts_at, ends_at, matching, companies } = preview;
  if (starts_at === null || ends_at === null) return { span: t("maintenance.preview.never"), facts: "" };
  const today = new Date(now).toISOString();
  const span = t(weekly ? "maintenance.preview.next" : "maintenance.preview.span", {
    from: format.near(starts_at, today),
    to: format.near(ends_at, starts_at),
    zone: format.zone,
  });
  const open = Date.parse(starts_at) <= now;
  const mute =
    matching === 0
      ? t("maintenance.preview.none")
      : t.count(open ? "maintenance.preview.mute" : "maintenance.preview.muteLater", matching);
  return { span, facts: [t.count("maintenance.preview.companies", companies), mute].join(" · ") };
}
