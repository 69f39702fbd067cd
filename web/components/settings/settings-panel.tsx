"use client";

import { Lock } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useMe } from "@/hooks/use-noc-query";
import { useWatch } from "@/hooks/use-noc";
import { useNow } from "@/hooks/use-now";
import { useSignedIn } from "@/hooks/use-session";
import { serverNow } from "@/lib/noc/contact";
import { useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import { NowProvider } from "../noc/now";
import { WorkProvider } from "../noc/work-provider";
import { NoRole } from "../shell/empty";
import { Notice } from "../shell/notices";
import { Segments } from "../ui/radio-group";
import { Skeleton } from "../ui/skeleton";
import { Contacts } from "./contacts";
import { Notices } from "./notices";
import { Rules } from "./rules";

const tabs = ["contacts", "notices", "rules"] as const;
type Tab = (typeof tabs)[number];

/** The open tab, kept in the address. */
function useTab(): [tab: Tab, show: (tab: Tab) => void] {
  const params = useSearchParams();
  const path = usePathname();
  const tab = tabs.find((each) => each === params.get("tab")) ?? "contacts";
  return [
    tab,
    (next) => {
      window.history.pushState(null, "", next === "contacts" ? path : `${path}?tab=${next}`);
    },
  ];
}

function Locked() {
  const t = useT();
  return (
    <Notice
      icon={<Lock aria-hidden size={24} />}
      title={t("settings.lockedTitle")}
      note={t("settings.lockedNote")}
      action={
        <Link href="/noc/" className="underline decoration-line-3 underline-offset-4">
          {t("settings.back")}
        </Link>
      }
    />
  );
}

function Body({ me }: { me: Me }) {
  const t = useT();
  const [tab, show] = useTab();
  return (
    <main id="content" className="grid content-start gap-3 px-3 pt-3 pb-10 tablet:px-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lead font-semibold">{t("settings.title")}</h1>
        <span className="grow" />
        <Segments
          label={t("settings.tabs")}
          value={tab}
          onChange={show}
          choices={tabs.map((value) => ({ value, label: t(`settings.tab.${value}`) }))}
          className="max-tablet:h-11"
        />
      </div>
      {tab === "contacts" && <Contacts me={me} />}
      {tab === "notices" && <Notices />}
      {tab === "rules" && <Rules me={me} />}
    </main>
  );
}

/** Who is told, what was told, and which rules decide; for those who operate something. */
export function SettingsPanel() {
  const { email } = useSignedIn();
  const me = useMe().data?.data ?? null;
  const clock = useWatch((state) => state.contact.clock);
  const now = serverNow(clock, useNow());
  if (me === null) return <Skeleton className="m-4 h-60 rounded-panel" />;
  if (me.role === null) return <NoRole email={email} />;
  if (!me.can_operate) return <Locked />;
  return (
    <NowProvider now={now}>
      <WorkProvider me={me}>
        <Body me={me} />
      </WorkProvider>
    </NowProvider>
  );
}
