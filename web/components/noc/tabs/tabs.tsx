"use client";

import { Tabs as Radix } from "radix-ui";
import { noFilter, tabs, type Tab } from "@/lib/noc/filters";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { NocPlace } from "@/hooks/use-noc-place";
import type { Me, Overview } from "@/lib/noc/types";
import { ActionsTab } from "../actions/actions-tab";
import { JobsTab } from "../jobs/jobs-tab";
import { QueuesTab } from "../queues/queues-tab";
import { SessionsTab } from "../sessions/sessions-tab";

/** What asks for a look behind a tab, known without reading it; null: nothing, or not known. */
function countOf(tab: Tab, overview: Overview | null): number | null {
  if (overview === null) return null;
  const found = {
    queues: overview.alerts.filter(({ title }) => title.startsWith("whatsapp_queue")).length,
    jobs: overview.kpis.jobs.failed ?? 0,
    sessions: 0,
    actions: 0,
  }[tab];
  return found === 0 ? null : found;
}

function TabCount({ tab, n }: { tab: Tab; n: number }) {
  const t = useT();
  const format = useFormat();
  if (tab !== "queues" && tab !== "jobs") return null;
  return (
    <b className="noc-count" role="img" aria-label={t.count(`tabs.count.${tab}`, n)}>
      {format.number(n)}
    </b>
  );
}

export interface TabsProps {
  place: NocPlace;
  me: Me | null;
  /** For the numbers on the tabs. */
  overview: Overview | null;
}

/** What stands below the live panels, one at a time; only the open one is read. */
export function Tabs({ place, me, overview }: TabsProps) {
  const t = useT();
  const { tab, filter, change, showTab } = place;
  const scoped = filter.company_cnpj !== null || filter.group_id !== null;
  return (
    <section
      aria-label={t("tabs.label")}
      className="min-w-0 overflow-hidden rounded-panel border border-line-1 bg-panel"
    >
      <Radix.Root
        value={tab}
        onValueChange={(next) => {
          const chosen = tabs.find((each) => each === next);
          if (chosen !== undefined) showTab(chosen);
        }}
      >
        <Radix.List
          aria-label={t("tabs.label")}
          className="noc-tablist noc-scroll flex gap-1 overflow-x-auto border-b border-line-1 px-1"
        >
          {tabs.map((value) => {
            const n = countOf(value, overview);
            return (
              <Radix.Trigger key={value} value={value} className="noc-tab">
                {t(`tabs.${value}`)}
                {n !== null && <TabCount tab={value} n={n} />}
              </Radix.Trigger>
            );
          })}
        </Radix.List>
        <Radix.Content value="queues">
          <QueuesTab
            filter={filter}
            me={me}
            openId={place.queue}
            onOpen={place.openQueue}
            onWiden={
              scoped
                ? () => {
                    change({ ...noFilter, range: filter.range });
                  }
                : null
            }
          />
        </Radix.Content>
        <Radix.Content value="jobs">
          <JobsTab filter={filter} me={me} openId={place.job_id} onOpen={place.openJob} />
        </Radix.Content>
        <Radix.Content value="sessions">
          <SessionsTab
            filter={filter}
            onRange={(range) => {
              change({ range });
            }}
          />
        </Radix.Content>
        <Radix.Content value="actions">
          <ActionsTab filter={filter} />
        </Radix.Content>
      </Radix.Root>
    </section>
  );
}
