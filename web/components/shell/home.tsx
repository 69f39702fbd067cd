"use client";

import Link from "next/link";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useMe } from "@/hooks/use-noc-query";
import { useSignedIn } from "@/hooks/use-session";
import { queryOf, noFilter } from "@/lib/noc/filters";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Company, Me } from "@/lib/noc/types";
import { NoRole } from "./empty";

function Row({ company, groups }: { company: Company; groups: Me["groups"] }) {
  const t = useT();
  const format = useFormat();
  const group = groups.find((each) => each.group_id === company.group_id);
  return (
    <tr className="border-t border-line-1 hover:bg-hover">
      <th scope="row" className="h-9 px-3 text-left font-medium">
        {company.name}
        {!company.active && <span className="ml-2 text-small text-fg-3">{t("home.inactive")}</span>}
      </th>
      <td className="px-3 font-mono text-small text-fg-2 max-tablet:hidden">
        {format.cnpj(company.company_cnpj)}
      </td>
      <td className="px-3 text-fg-2 max-tablet:hidden">{group?.name ?? t("home.noGroup")}</td>
      <td className="px-3 text-right">
        <Link
          href={`/noc/${queryOf({ ...noFilter, company_cnpj: company.company_cnpj })}`}
          className="underline decoration-line-3 underline-offset-4"
        >
          {t("home.openNoc")}
          <span className="sr-only">: {company.name}</span>
        </Link>
      </td>
    </tr>
  );
}

function Companies({ me }: { me: Me }) {
  const t = useT();
  return (
    <Card
      title={t("home.companies")}
      footer={<span>{t.count("home.total", me.companies.length)}</span>}
    >
      <div className="overflow-x-auto">
        <table className="w-full">
          <thead>
            <tr className="bg-sunken text-left text-small text-fg-3">
              <th scope="col" className="h-8 px-3 font-medium">{t("home.company")}</th>
              <th scope="col" className="px-3 font-medium max-tablet:hidden">{t("home.cnpj")}</th>
              <th scope="col" className="px-3 font-medium max-tablet:hidden">{t("home.group")}</th>
              <th scope="col" className="px-3">
                <span className="sr-only">{t("badge.openPage")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {me.companies.map((company) => (
              <Row key={company.company_cnpj} company={company} groups={me.groups} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** The host's first page, kept plain: the NOC is one button away on every page. */
export function Home() {
  const t = useT();
  const { email } = useSignedIn();
  const me = useMe().data?.data;
  if (me !== undefined && me.role === null) return <NoRole email={email} />;
  return (
    <main id="content" className="mx-auto grid w-full max-w-5xl gap-4 px-3 py-6 tablet:px-4">
      <div>
        <h1 className="text-lead font-semibold">{t("home.title")}</h1>
        <p className="text-fg-2">{t("home.note")}</p>
      </div>
      {me === undefined ? <Skeleton className="h-60 rounded-panel" /> : <Companies me={me} />}
    </main>
  );
}
