/** Silences, maintenance and what is muted, in words. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import { severityWord } from "./incident-said";
import { ruleName, serviceName, whatHappened } from "./sentence";
import type { Company, Matcher, Mute, Severity } from "./types";

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

/** Heading of what is muted for the same cause: "3 silenciados", "3 suprimidos por Omie fora". */
export function muteSaid(t: Translate, { kind, code, service }: Mute, n: number): string {
  if (kind !== "inhibition") return t.count(`mute.${kind}`, n);
  const cause = code === null ? t("mute.unknown") : whatHappened(t, code, service);
  return t.count("mute.inhibition", n, { cause });
}
