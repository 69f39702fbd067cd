"use client";

import { Lock, Zap } from "lucide-react";
import { useActionList } from "@/hooks/use-action-list";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useT } from "@/lib/noc/i18n";
import type { Filter } from "@/lib/noc/types";
import type { Action } from "@/lib/noc/types/actions";
import { Button } from "../../ui/button";
import { PanelEmpty, PanelState, settled } from "../panel-state";
import { Problem } from "../problem";
import { ActionRow } from "./action-row";
import { FreezeButton, Frozen } from "./freeze";

const live = [
  ["review", "action.list.review"],
  ["awaiting", "action.list.awaiting"],
  ["running", "action.list.running"],
  ["in_effect", "action.list.effect"],
] as const;

function Rows({ title, actions }: { title: string; actions: readonly Action[] }) {
  return (
    <section aria-label={title}>
      <h3 className="flex h-8 items-center gap-2 border-y border-line-1 bg-sunken px-3 text-small font-medium text-fg-2">
        {title}
        <b className="noc-count">{actions.length}</b>
      </h3>
      <ul>
        {actions.map((action) => (
          <ActionRow key={action.action_id} action={action} />
        ))}
      </ul>
    </section>
  );
}

/** The actions of the page's company or group: what asks for somebody first, then what was. */
export function ActionsTab({ filter }: { filter: Pick<Filter, "company_cnpj" | "group_id"> }) {
  const t = useT();
  const { operates } = useAlertWork();
  const { list, history, view, onRetry, onMore, loadingMore, moreFailed } = useActionList(filter);
  if (!operates) {
    return (
      <PanelEmpty
        icon={<Lock aria-hidden size={16} />}
        title={t("action.list.readerTitle")}
        note={t("action.list.readerNote")}
      />
    );
  }
  const condition = view.kind === "error" ? { ...view, onRetry } : view;
  const above = new Set(
    live.flatMap(([name]) => list?.[name].map(({ action_id }) => action_id) ?? []),
  );
  const past = history.filter(({ action_id }) => !above.has(action_id));
  const nothing = past.length === 0 && above.size === 0;
  return (
    <PanelState name={t("action.tab")} condition={settled(list, condition)} shape="list">
      {list !== null && (
        <>
          <Frozen />
          {list.frozen === null && (
            <div className="flex justify-end px-3 py-2 empty:hidden">
              <FreezeButton />
            </div>
          )}
          {live.map(
            ([name, key]) =>
              list[name].length > 0 && <Rows key={name} title={t(key)} actions={list[name]} />,
          )}
          {nothing ? (
            <PanelEmpty
              icon={<Zap aria-hidden size={20} />}
              title={t("action.list.emptyTitle")}
              note={t("action.list.emptyNote")}
            />
          ) : (
            past.length > 0 && <Rows title={t("action.list.history")} actions={past} />
          )}
          {onMore !== null && (
            <div className="grid gap-2 border-t border-line-1 p-3">
              {moreFailed !== null && (
                <Problem>{t("action.list.moreFailed", { code: moreFailed.code })}</Problem>
              )}
              <Button size="large" disabled={loadingMore} onClick={onMore} className="max-tablet:h-11">
                {t("action.list.more")}
              </Button>
            </div>
          )}
        </>
      )}
    </PanelState>
  );
}
