"use client";

import { useBadgeLook } from "@/hooks/use-badge-look";
import { useT } from "@/lib/noc/i18n";
import { titleOf } from "@/lib/noc/verdict";
import type { HealthStatus } from "@/lib/noc/types";

const icons: Record<HealthStatus, string> = {
  UP: "/icon-up.svg",
  DEGRADED: "/icon-degraded.svg",
  DOWN: "/icon-down.svg",
  NO_DATA: "/icon-nodata.svg",
};

function Signal({ title, icon }: { title: string; icon: string }) {
  return (
    <>
      <title>{title}</title>
      <link key={icon} rel="icon" type="image/svg+xml" href={icon} />
    </>
  );
}

/** Title and icon of the tab, for whoever works in another one. */
export function TabSignal() {
  const t = useT();
  const look = useBadgeLook();
  const icon = look.status === null ? "/icon-plain.svg" : icons[look.status];
  return <Signal title={titleOf(look, t("shell.name"))} icon={icon} />;
}

/** The same before anyone signed in: no state is claimed. */
export function PlainSignal() {
  const t = useT();
  return <Signal title={`NOC · ${t("shell.name")}`} icon="/icon-plain.svg" />;
}
