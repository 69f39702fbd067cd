/** Silences, maintenance and what is muted, in words. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { severityWord } from "./incident-said";
import { ruleName, serviceName, whatHappened } from "./sentence";
import type { Company, Maintenance, Matcher, Mute, Severity, Silence } from "./types";

/** Names of what matchers hold as keys. */
export interface Names {
  companies: readonly Company[];
  /** Of the silence's own scope, which may be out of the list. */
  company_name: string | null;
  group_name: string | null;
}

function valueSaid(t: Translate, format: Format, names: Names, field: Matcher["field"], value: string): string {
  switch (field) {
    case "code":
      return ruleName(t, value);
    case "service":
      return serviceName(t, value);
    case "severity":
      return severityWord(t, value as Severity);
    case "company_cnpj": {
      const known = names.companies.find((each) => each.company_cnpj === value);
      return known?.name ?? names.company_name ?? format.cnpj(value);
    }
    case "group_id":
      return names.group_name ?? value;
    case "alert_id":
      return t("silence.oneAlert");
    default:
      return value;
  }
}

/** "Latência p95 · Omie · Padaria Três Marias"; an uncommon operator is spelled out. */
export function matchersSaid(t: Translate, format: Format, names: Names, matchers: readonly Matcher[]): string {
  const said = matchers.map(({ field, op, value }) => {
    const values = (typeof value === "string" ? [value] : value).map((one) =>
      op === "~" ? one : valueSaid(t, format, names, field, one),
    );
    const joined = values.join(t("silence.or"));
    if (op === "=" || op === "in") return joined;
    return t(op === "!=" ? "silence.not" : "silence.like", {
      field: t(`silence.field.${field}`),
      value: joined,
    });
  });
  return said.join(" · ");
}

/** What a silence or a window is about, with its scope where the matchers do not name it. */
export function aboutSaid(t: Translate, format: Format, companies: readonly Company[], entry: Silence | Maintenance): string {
  const { company_name, group_name } = entry;
  if (entry.kind === "silence") {
    const names = { companies, company_name, group_name };
    return matchersSaid(t, format, names, entry.matchers);
  }
  const where = company_name ?? group_name ?? t("filter.scope.all");
  return [serviceName(t, entry.service), where].join(" · ");
}

/** Monday first, as the database counts: 1 to 7. */
export function weekdaysSaid(t: Translate, weekdays: readonly number[]): string {
  return weekdays.map((day) => t(`maintenance.day.${day as 1 | 2 | 3 | 4 | 5 | 6 | 7}`)).join(", ");
}

/** "seg, qua às 22:00 por 2 h" */
export function timesSaid(t: Translate, format: Format, window: Maintenance): string {
  const age = format.duration(window.minutes * 60);
  const often = window.weekdays !== null && window.weekdays.length > 0;
  return often
    ? t("maintenance.weekly", { days: weekdaysSaid(t, window.weekdays ?? []), starts: window.starts, age })
    : t("maintenance.once", { starts: window.starts, age });
}

/** Heading of what is muted for the same cause: "3 silenciados", "3 suprimidos por Omie fora". */
export function muteSaid(t: Translate, { kind, code, service }: Mute, n: number): string {
  if (kind !== "inhibition") return t.count(`mute.${kind}`, n);
  const cause = code === null ? t("mute.unknown") : whatHappened(t, code, service);
  return t.count("mute.inhibition", n, { cause });
}
