"use client";

import { Plus, Wrench } from "lucide-react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import { whenOf, type When } from "@/lib/noc/maintenance";
import type { Maintenance } from "@/lib/noc/types";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { useNow } from "../now";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  settled,
  showsContent,
  type Condition,
} from "../panel-state";
import { Row } from "./row";

const headings = [
  ["now", "maintenance.now"],
  ["coming", "maintenance.coming"],
  ["weekly", "maintenance.weeklies"],
  ["over", "maintenance.over"],
] as const satisfies readonly [When, string][];

export interface MaintenancesProps {
  windows: readonly Maintenance[] | null;
  condition: Condition;
}

/** The windows of what the reader operates: open now, coming, weekly, and, when asked for, ended. */
export function Maintenances({ windows, condition }: MaintenancesProps) {
  const t = useT();
  const now = useNow();
  const { askMaintenance } = useAlertWork();
  const shown = settled(windows, condition);
  const title = t("maintenance.list");
  const groups = headings.flatMap(([when, heading]) => {
    const found = (windows ?? []).filter((window) => whenOf(window, now) === when);
    return found.length === 0 ? [] : [{ when, heading, found }];
  });
  return (
    <Card
      title={title}
      note={showsContent(shown) && <b className="noc-count">{windows?.length ?? 0}</b>}
      aside={
        <>
          <ConditionMark condition={shown} />
          <Button
            look="tonal"
            className="max-tablet:h-11"
            onClick={() => {
              askMaintenance(null);
            }}
          >
            <Plus aria-hidden size={14} />
            {t("maintenance.new")}
          </Button>
        </>
      }
    >
      <PanelState name={title} condition={shown} shape="list">
        {groups.length > 0 ? (
          groups.map(({ when, heading, found }) => (
            <div key={when}>
              <h3 className="border-t border-line-1 bg-sunken px-3 py-1.5 text-micro font-medium text-fg-2">
                {t(heading)}
              </h3>
              <ul>
                {found.map((window) => (
                  <Row key={window.id} window={window} />
                ))}
              </ul>
            </div>
          ))
        ) : (
          <PanelEmpty
            icon={<Wrench aria-hidden size={20} />}
            title={t("maintenance.emptyTitle")}
            note={t("maintenance.emptyNote")}
          />
        )}
      </PanelState>
    </Card>
  );
}
