"use client";

import { useMemo } from "react";
import { lastContact, lastTick } from "@/lib/noc/contact";
import { isRefusal } from "@/lib/noc/error";
import { panelView, shownTick, type PanelView } from "@/lib/noc/shown";
import type { Matrix, Me, Overview, Series } from "@/lib/noc/types";
import { isProblem, verdictOf } from "@/lib/noc/verdict";
import { useBadge, useFreshness } from "./use-badge-look";
import { useWatch } from "./use-noc";
import type { ReadResult } from "./use-noc-query";

/** The same object for as long as it says the same, so that panels need not draw again. */
function useStable(view: PanelView): PanelView {
  const text = JSON.stringify(view);
  return useMemo(() => JSON.parse(text) as PanelView, [text]);
}

/** What the page derives from its reads and the watch; nothing here changes with the clock alone. */
export function useNocPage(
  overview: ReadResult<Overview>,
  matrix: ReadResult<Matrix>,
  series: ReadResult<Series>,
  me: Me | null,
) {
  const freshness = useFreshness();
  const badge = useBadge();
  const contact = useWatch((state) => state.contact);
  const badgeAnswer = useWatch((state) => state.badge?.data ?? null);
  const paused = useWatch((state) => state.paused);
  const answer = overview.data ?? null;
  const refused = overview.error !== null && isRefusal(overview.error) ? overview.error : null;
  const evidence = { freshness, last_contact: lastContact(contact) };
  const one = answer !== null && answer.data.scope.company_cnpj !== null;

  return {
    freshness,
    tickAt: answer === null ? null : shownTick(answer, badgeAnswer),
    failure: answer !== null && refused !== null ? refused.code : null,
    outOfSight: refused?.hint === "scope_not_found",
    overviewView: useStable(panelView({ ...evidence, answer, error: overview.error })),
    matrixView: useStable(
      panelView({ ...evidence, answer: matrix.data ?? null, error: matrix.error }),
    ),
    seriesView: useStable(
      panelView({ ...evidence, answer: series.data ?? null, error: series.error }),
    ),
    verdict: verdictOf({
      ...evidence,
      last_tick: lastTick(contact),
      overview: answer === null ? null : { data: answer.data.banner, at: overview.dataUpdatedAt },
      badge,
      refusal: answer === null && refused !== null ? refused.code : null,
      paused,
    }),
    around: {
      companies: one ? 1 : (me?.companies.length ?? 0),
      services: answer?.data.services.length ?? 0,
      degraded: Object.values(answer?.data.kpis ?? {}).filter(({ status }) => isProblem(status)).length,
      traffic: answer?.data.traffic ?? null,
      kept: answer !== null,
      paused_since: paused?.since ?? null,
    },
  };
}
