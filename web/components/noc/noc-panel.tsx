"use client";

import { SearchX } from "lucide-react";
import { useCallback, useRef, useState, type ReactNode } from "react";
import { NoRole } from "@/components/shell/empty";
import { Notice } from "@/components/shell/notices";
import { Button } from "@/components/ui/button";
import { useActionList } from "@/hooks/use-action-list";
import { useNoc, useWatch } from "@/hooks/use-noc";
import { useHistory } from "@/hooks/use-history";
import { useMedia } from "@/hooks/use-media";
import { isBare, useNocPlace, type NocPlace } from "@/hooks/use-noc-place";
import { useNocPage } from "@/hooks/use-noc-page";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useMatrix, useMe, useOverview, useSeries, useSilences } from "@/hooks/use-noc-query";
import { useNow } from "@/hooks/use-now";
import { useSignedIn } from "@/hooks/use-session";
import { useShortcuts } from "@/hooks/use-shortcuts";
import { serverNow } from "@/lib/noc/contact";
import { noFilter, queryOf } from "@/lib/noc/filters";
import { useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import { ActionsProvider } from "./actions/actions-provider";
import { Mitigations } from "./actions/mitigations";
import { Banner } from "./banner";
import { Beside } from "./beside";
import { Platform } from "./health/platform";
import { FilterBar } from "./filter-bar";
import { History } from "./history/history";
import { LiveMark } from "./live-mark";
import { NowProvider } from "./now";
import { Maintenances } from "./maintenance/maintenances";
import { Panels } from "./panels";
import { Silences } from "./silence/silences";
import { Tabs } from "./tabs/tabs";
import { WorkProvider } from "./work-provider";

/** The address asks for what the caller may not see: one answer for foreign and nonexistent. */
function OutOfSight({ onClear }: { onClear: () => void }) {
  const t = useT();
  return (
    <Notice
      icon={<SearchX aria-hidden size={24} />}
      title={t("empty.notFoundTitle")}
      note={t("empty.notFoundNote")}
      action={<Button onClick={onClear}>{t("filter.clear")}</Button>}
    />
  );
}

/** Gives all ages below it the database's clock; only what shows an age draws each second. */
function Clock({ children }: { children: ReactNode }) {
  const clock = useWatch((state) => state.contact.clock);
  return <NowProvider now={serverNow(clock, useNow())}>{children}</NowProvider>;
}

/** The history in the page's place, with what is read for it. */
function Past({ place }: { place: NocPlace }) {
  return (
    <History
      read={useHistory(place.filter, place.history)}
      asked={place.history}
      onAsk={place.ask}
      onView={place.show}
      openId={place.alert_id}
      onOpen={place.open}
    />
  );
}

/** Silences and maintenance in the page's place, with what is read for them. */
function Quiet({ place, me }: { place: NocPlace; me: Me }) {
  const [ended, setEnded] = useState(false);
  const read = useSilences(ended);
  const condition = useReadCondition(read);
  const entries = read.data?.data ?? null;
  return (
    <>
      <Silences
        entries={entries && entries.filter((entry) => entry.kind === "silence")}
        condition={condition}
        companies={me.companies}
        ended={ended}
        onEnded={setEnded}
        onView={place.show}
      />
      <Maintenances
        windows={entries && entries.filter((entry) => entry.kind === "maintenance")}
        condition={condition}
      />
    </>
  );
}

/** Always the same, so that panels need not draw again. */
const none: Me["companies"] = [];

/** What is in effect in the page's place, under the banner; the rest of it stands in the tab. */
function InEffect({ place }: { place: NocPlace }) {
  const { list } = useActionList(place.filter);
  return (
    list !== null && (
      <Mitigations
        list={list}
        onAll={() => {
          place.showTab("actions");
        }}
      />
    )
  );
}

/** The NOC page: owns filters and keys, and arranges what the reads and the watch say. */
export function NocPanel() {
  const { email } = useSignedIn();
  const { askNow, togglePause } = useNoc();
  const stream = useWatch((state) => state.feed.stream);
  const place = useNocPlace();
  const { filter, change } = place;
  const me = useMe().data?.data ?? null;
  const overview = useOverview(filter);
  const series = useSeries(filter);
  // One company alone is told by its services.
  const several = me !== null && me.companies.length > 1 && filter.company_cnpj === null;
  const matrix = useMatrix(filter, several);
  const page = useNocPage(overview, matrix, series, me);
  // A link to the silences shows the live page to who has none.
  const live = place.view === "live" || (place.view === "silences" && me?.can_operate === false);
  const bar = useRef<HTMLElement>(null);
  // On a phone the drawer covers the page, which must not be read through it.
  const covered = useMedia("(width <= 640px)") && !isBare(place);
  const chooseService = useCallback(
    (service: string) => {
      change({ service: service === filter.service ? null : service });
    },
    [change, filter.service],
  );
  const chooseCell = useCallback(
    (company_cnpj: string, service: string) => {
      change({ company_cnpj, group_id: null, service });
    },
    [change],
  );
  useShortcuts({
    r: togglePause,
    "/": () => {
      bar.current?.querySelector<HTMLElement>("button")?.focus();
    },
  });

  if (me !== null && me.role === null) return <NoRole email={email} />;
  return (
    <Clock>
      <WorkProvider me={me}>
        <ActionsProvider me={me}>
          <div inert={covered} className="contents">
            <FilterBar
              ref={bar}
              me={me}
              filter={filter}
              change={change}
              ranged={live}
            >
              <LiveMark
                freshness={page.freshness}
                stream={stream}
                paused_since={page.around.paused_since}
                tick_at={page.tickAt}
                failure={page.failure}
                onPause={togglePause}
              />
            </FilterBar>
            {page.outOfSight ? (
              <OutOfSight
                onClear={() => {
                  change(noFilter);
                }}
              />
            ) : (
              <main
                id="content"
                data-freshness={page.freshness}
                className="grid gap-3 px-3 pt-3 pb-10 tablet:px-4"
              >
                <Banner
                  verdict={page.verdict}
                  around={page.around}
                  onRetry={askNow}
                  onResume={togglePause}
                  onOpen={place.open}
                >
                  <InEffect place={place} />
                </Banner>
                {place.view === "history" ? (
                  <Past place={place} />
                ) : place.view === "silences" && me?.can_operate === true ? (
                  <Quiet place={place} me={me} />
                ) : (
                  <>
                    <Panels
                      key={queryOf(filter)}
                      overview={overview.data?.data ?? null}
                      overviewView={page.overviewView}
                      onRetryOverview={overview.refetch}
                      several={several}
                      matrix={matrix.data?.data ?? null}
                      matrixView={page.matrixView}
                      onRetryMatrix={matrix.refetch}
                      onCell={chooseCell}
                      series={series.data?.data ?? null}
                      seriesView={page.seriesView}
                      onRetrySeries={series.refetch}
                      empty={me?.role === "admin" && me.companies.length === 0}
                      service={filter.service}
                      onService={chooseService}
                      companies={me?.companies ?? none}
                      openId={place.alert_id}
                      onOpen={place.open}
                      onView={place.show}
                    />
                    <Tabs place={place} me={me} overview={overview.data?.data ?? null} />
                    <Platform
                      overview={overview.data?.data ?? null}
                      view={page.overviewView}
                      onRetry={overview.refetch}
                    />
                  </>
                )}
              </main>
            )}
          </div>
          <Beside place={place} me={me} alerts={overview.data?.data.alerts ?? []} />
        </ActionsProvider>
      </WorkProvider>
    </Clock>
  );
}
