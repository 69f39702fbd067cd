"use client";

import { Building2, Check, Link as LinkIcon } from "lucide-react";
import { useEffect, useMemo, useState, type ReactNode, type Ref } from "react";
import { Button } from "@/components/ui/button";
import { Combobox, type ComboboxOption } from "@/components/ui/combobox";
import { Segments } from "@/components/ui/radio-group";
import { Skeleton } from "@/components/ui/skeleton";
import { DEFAULT_RANGE, mayPickScope, ranges } from "@/lib/noc/filters";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import { serviceName } from "@/lib/noc/sentence";
import type { Filter, Me } from "@/lib/noc/types";
import type { Format } from "@/lib/noc/format";

const ALL = "all";
type Change = (part: Partial<Filter>) => void;

function scopeOptions(me: Me, t: Translate, format: Format): ComboboxOption[] {
  const groups = t("filter.scope.groups");
  const companies = t("filter.scope.companies");
  return [
    { value: ALL, label: t("filter.scope.all"), meta: format.number(me.companies.length) },
    ...me.groups.map((group) => ({
      value: `group:${group.group_id}`,
      label: group.name,
      meta: format.number(group.company_count),
      group: groups,
    })),
    ...me.companies.map((company) => ({
      value: `company:${company.company_cnpj}`,
      label: company.name,
      meta: format.cnpj(company.company_cnpj),
      keywords: company.company_cnpj,
      group: companies,
    })),
  ];
}

function scopeValue({ company_cnpj, group_id }: Filter): string {
  if (company_cnpj !== null) return `company:${company_cnpj}`;
  return group_id === null ? ALL : `group:${group_id}`;
}

function scopeOf(value: string): Pick<Filter, "company_cnpj" | "group_id"> {
  const [kind, id = null] = value.split(":");
  return {
    company_cnpj: kind === "company" ? id : null,
    group_id: kind === "group" ? id : null,
  };
}

interface PickerProps {
  me: Me;
  filter: Filter;
  change: Change;
}

/** Company or group; whoever has a single company reads its name instead. */
function ScopePicker({ me, filter, change }: PickerProps) {
  const t = useT();
  const format = useFormat();
  const options = useMemo(() => scopeOptions(me, t, format), [me, t, format]);
  if (!mayPickScope(me)) {
    const [company] = me.companies;
    if (company === undefined) return null;
    return (
      <span
        title={t("filter.yourCompany")}
        className="inline-flex h-7 min-w-0 items-center gap-1.5 text-small font-medium max-tablet:h-11"
      >
        <Building2 aria-hidden size={14} className="shrink-0 text-fg-2" />
        <span className="truncate">{company.name}</span>
      </span>
    );
  }
  return (
    <Combobox
      label={t("filter.scope")}
      options={options}
      value={scopeValue(filter)}
      onChange={(value) => {
        change(scopeOf(value));
      }}
      searchLabel={t("filter.scope.search")}
      emptyText={(typed) => t("ui.none", { typed })}
      icon={<Building2 aria-hidden size={14} className="shrink-0" />}
    />
  );
}

function ServicePicker({ me, filter, change }: PickerProps) {
  const t = useT();
  const options = [
    { value: ALL, label: `${t("filter.service")}: ${t("filter.service.all")}` },
    ...me.services.map(({ service_name: value, kind }) => ({
      value,
      label: serviceName(t, value),
      meta: t(`kind.${kind}`),
      keywords: value,
    })),
  ];
  return (
    <Combobox
      label={t("filter.service")}
      options={options}
      value={filter.service ?? ALL}
      onChange={(value) => {
        change({ service: value === ALL ? null : value });
      }}
      searchLabel={t("ui.search")}
      emptyText={(typed) => t("ui.none", { typed })}
    />
  );
}

function CopyLink() {
  const t = useT();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => {
      setCopied(false);
    }, 2_000);
    return () => {
      clearTimeout(timer);
    };
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
  };
  const word = copied ? t("filter.copied") : t("filter.copyLink");
  return (
    <Button look="ghost" icon aria-label={word} title={word} onClick={() => void copy()} className="max-tablet:hidden">
      {copied ? <Check aria-hidden size={16} /> : <LinkIcon aria-hidden size={16} />}
    </Button>
  );
}

export interface FilterBarProps {
  me: Me | null;
  filter: Filter;
  change: Change;
  /** Whether the page draws figures over time, which need a range. */
  ranged: boolean;
  /** The live mark and its controls, at the right end. */
  children: ReactNode;
  ref?: Ref<HTMLElement>;
}

/** What the page is about, all of it in the address bar, and whether it is live. */
export function FilterBar({ me, filter, change, ranged, children, ref }: FilterBarProps) {
  const t = useT();
  return (
    <section
      ref={ref}
      aria-label={t("filter.bar")}
      className="noc-filters flex min-h-11 flex-wrap items-center gap-2 border-b border-line-1 bg-canvas px-3 py-2 tablet:sticky tablet:top-0 tablet:z-(--z-sticky) tablet:px-4"
    >
      {me === null ? (
        <Skeleton className="h-7 w-80 max-w-full" />
      ) : (
        <>
          <ScopePicker me={me} filter={filter} change={change} />
          <ServicePicker me={me} filter={filter} change={change} />
          {ranged && (
            <Segments
              label={t("filter.range")}
              value={filter.range ?? DEFAULT_RANGE}
              onChange={(range) => {
                change({ range });
              }}
              choices={ranges.map((value) => ({ value, label: t(`range.${value}`) }))}
            />
          )}
        </>
      )}
      <div className="flex grow items-center justify-end gap-2 max-tablet:basis-full max-tablet:justify-between">
        {children}
        <CopyLink />
      </div>
    </section>
  );
}
