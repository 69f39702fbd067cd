"use client";

import { memo, useDeferredValue } from "react";
import { NoCompany } from "@/components/shell/empty";
import { useT } from "@/lib/noc/i18n";
import type { View } from "@/lib/noc/filters";
import type { PanelView } from "@/lib/noc/shown";
import type { Company, Matrix, Overview, Series } from "@/lib/noc/types";
import { AlertViews } from "./alert-views";
import { ChartErrors, ChartLatency, ChartThroughput } from "./charts";
import { CompanyMatrix } from "./company-matrix";
import { Fold } from "./fold";
import { GridServices } from "./grid-services";
import { KpiGrid } from "./kpi-grid";
import type { Condition } from "./panel-state";
import { TableAlerts } from "./table-alerts";
import { useCondition } from "./use-condition";

/** What a panel shows and how that stands. */
interface Read<T> {
  data: T | null;
  view: PanelView;
  onRetry: () => unknown;
}

export interface PanelsProps {
  overview: Overview | null;
  overviewView: PanelView;
  onRetryOverview: () => unknown;
  /** More than one company is shown: the matrix says which of them has what. */
  several: boolean;
  matrix: Matrix | null;
  matrixView: PanelView;
  onRetryMatrix: () => unknown;
  onCell: (company_cnpj: string, service: string) => void;
  series: Series | null;
  seriesView: PanelView;
  onRetrySeries: () => unknown;
  /** An administrator of an installation that has no company yet. */
  empty: boolean;
  /** Service of the filter; null is all of them. */
  service: string | null;
  onService: (service: string) => void;
  /** Those that the reader sees, for their names. */
  companies: readonly Company[];
  /** The alert whose drawer is open. */
  openId: string | null;
  onOpen: (alert_id: string) => void;
  onView: (view: View) => void;
}

function Charts({ data, view, onRetry, service }: Read<Series> & { service: string | null }) {
  const t = useT();
  const condition = useCondition(view, onRetry);
  return (
    <Fold title={t("fold.charts")} note={t("fold.chartsNote")}>
      <div className="grid gap-3 desk:grid-cols-3">
        <ChartLatency series={data} service={service} condition={condition} />
        <ChartErrors series={data} service={service} condition={condition} />
        <ChartThroughput series={data} service={service} condition={condition} />
      </div>
    </Fold>
  );
}

/** No open alert is only good news while there is news. */
function Alerts({
  overview,
  condition,
  openId,
  onOpen,
  onView,
}: Pick<PanelsProps, "overview" | "openId" | "onOpen" | "onView"> & { condition: Condition }) {
  const silent = overview?.banner.status === "NO_DATA" && overview.alerts.length === 0;
  const unknown = silent && condition.kind === "ready";
  return (
    <TableAlerts
      alerts={overview?.alerts ?? null}
      calm={overview?.banner.status === "UP"}
      calmSince={overview?.banner.status === "UP" ? overview.banner.since : null}
      condition={unknown ? { kind: "noData", at: overview.banner.since } : condition}
      openId={openId}
      onOpen={({ alert_id }) => {
        onOpen(alert_id);
      }}
      views={<AlertViews view="live" onView={onView} />}
    />
  );
}

const LazyCharts = memo(Charts);

/**
 * The panels below the banner; each says by itself what it is when it has nothing to show.
 * New numbers are drawn after the banner and the badge, which must not wait for charts.
 * Give it a key of the filter: what is deferred must never be another company's.
 */
export const Panels = memo(function Panels(props: PanelsProps) {
  const { overview, onRetryOverview, onRetrySeries, empty, service, onService, several } = props;
  const condition = useCondition(props.overviewView, onRetryOverview);
  const matrixCondition = useCondition(props.matrixView, props.onRetryMatrix);
  const series = useDeferredValue(props.series);
  const seriesView = useDeferredValue(props.seriesView);
  const services = (
    <GridServices
      services={overview?.services ?? null}
      cut_off={overview?.cut_off ?? []}
      companies={props.companies}
      condition={condition}
      onSelect={onService}
    />
  );
  return (
    <>
      {empty && <NoCompany />}
      <KpiGrid
        kpis={overview?.kpis ?? null}
        traffic={overview?.traffic ?? null}
        condition={condition}
        company={overview?.scope.company_cnpj ?? null}
      />
      <div className="grid gap-3 desk:grid-cols-[minmax(0,908fr)_minmax(0,488fr)]">
        <div className="grid min-w-0 max-desk:order-last">
          {several ? (
            <CompanyMatrix
              matrix={props.matrix}
              condition={matrixCondition}
              onOpen={props.onCell}
            />
          ) : (
            services
          )}
        </div>
        <div id="alerts" tabIndex={-1} className="grid min-w-0 scroll-mt-14">
          <Alerts
            overview={overview}
            condition={condition}
            openId={props.openId}
            onOpen={props.onOpen}
            onView={props.onView}
          />
        </div>
      </div>
      {several && services}
      <LazyCharts data={series} view={seriesView} onRetry={onRetrySeries} service={service} />
    </>
  );
});
