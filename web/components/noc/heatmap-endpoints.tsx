"use client";

import { LayoutGrid } from "lucide-react";
import { memo, useMemo, useState } from "react";
import { HEAT_STEPS, heatTop } from "@/lib/noc/heat";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Heatmap, Thresholds } from "@/lib/noc/types";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Segments } from "../ui/radio-group";
import { HeatmapGrid } from "./heatmap-grid";
import { HeatmapTable } from "./heatmap-table";
import {
  ConditionMark,
  PanelEmpty,
  PanelState,
  READY,
  settled,
  showsContent,
  type Condition,
} from "./panel-state";

const FIRST_ROWS = 12;

export interface HeatmapEndpointsProps {
  /** Null before the first answer. */
  heatmap: Heatmap | null;
  /** Limits of p95, as noc_series gives them. */
  thresholds: Thresholds | null;
  condition?: Condition;
}

type View = "map" | "table";

/** The scale in words and steps; where each limit falls is marked on the cells themselves. */
function Ramp({ top }: { top: number }) {
  const t = useT();
  const format = useFormat();
  return (
    <span className="inline-flex items-center gap-1.5 text-micro whitespace-nowrap text-fg-3 max-desk:hidden">
      0
      <span aria-hidden className="flex gap-px">
        {Array.from({ length: HEAT_STEPS }, (_, step) => (
          <i key={step} className={`h-2.5 w-4 noc-heat-${step}`} />
        ))}
      </span>
      {format.ms(top)}+
      <i aria-hidden className="noc-hatch ml-2 h-2.5 w-4" />
      {t("heatmap.noData")}
    </span>
  );
}

/** p95 of each endpoint over time, worst first. */
export const HeatmapEndpoints = memo(function HeatmapEndpoints({
  heatmap,
  thresholds,
  condition = READY,
}: HeatmapEndpointsProps) {
  const t = useT();
  const format = useFormat();
  const [view, setView] = useState<View>("map");
  const [limit, setLimit] = useState(FIRST_ROWS);
  const title = t("heatmap.title");
  const shown = settled(heatmap, condition);
  const all = heatmap?.rows.length ?? 0;
  const cut = useMemo(
    () => heatmap && { ...heatmap, rows: heatmap.rows.slice(0, limit) },
    [heatmap, limit],
  );
  return (
    <Card
      title={title}
      note={
        heatmap &&
        showsContent(shown) &&
        t("heatmap.note", {
          resolution: t(`resolution.${heatmap.resolution}`),
          n: format.number(all),
        })
      }
      aside={
        <>
          <ConditionMark condition={shown} />
          {all > 0 && heatmap && showsContent(shown) && (
            <>
              {shown.kind === "ready" && <Ramp top={heatTop(heatmap.rows, thresholds)} />}
              <Segments<View>
                label={t("heatmap.view")}
                value={view}
                onChange={setView}
                choices={[
                  { value: "map", label: t("heatmap.map") },
                  { value: "table", label: t("heatmap.table") },
                ]}
              />
            </>
          )}
        </>
      }
      className="noc-heatmap"
    >
      <PanelState name={title} condition={shown} shape="heatmap">
        {cut === null || all === 0 ? (
          <PanelEmpty
            icon={<LayoutGrid aria-hidden size={16} />}
            title={t("heatmap.emptyTitle")}
            note={t("heatmap.emptyNote")}
          />
        ) : view === "table" ? (
          <HeatmapTable heatmap={cut} thresholds={thresholds} />
        ) : (
          <HeatmapGrid heatmap={cut} thresholds={thresholds} />
        )}
        {limit < all && (
          <div className="flex justify-center pb-2">
            <Button size="row" look="ghost" onClick={() => setLimit(all)}>
              {t("matrix.more", { n: format.number(all - limit) })}
            </Button>
          </div>
        )}
      </PanelState>
    </Card>
  );
});
