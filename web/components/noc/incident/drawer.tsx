"use client";

import { SearchX } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import type { IncidentRead } from "@/hooks/use-incident";
import { useT } from "@/lib/noc/i18n";
import type { Alert, Timeline as Story } from "@/lib/noc/types";
import { withPending } from "@/lib/noc/work";
import { Button } from "../../ui/button";
import { focusRow, INCIDENT_HEADING } from "../alert-focus";
import { PanelNote, PanelState, settled, type Condition } from "../panel-state";
import { SideDrawer } from "../side-drawer";
import { useAlertKeys } from "../use-alert-keys";
import { Before } from "./before";
import { Facts } from "./facts";
import { Footer } from "./footer";
import { Header } from "./header";
import { Muted } from "./muted";
import { Timeline } from "./timeline";
import { Why } from "./why";

function Missing({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <PanelNote
      icon={<SearchX aria-hidden size={24} />}
      title={t("incident.notFoundTitle")}
      note={t("incident.notFoundNote")}
      action={<Button onClick={onClose}>{t("incident.close")}</Button>}
    />
  );
}

function Body({ story, onOpen }: { story: Story; onOpen: (alert_id: string) => void }) {
  return (
    <>
      <Muted alert={story.alert} />
      <Facts story={story} />
      <div className="noc-incident-columns min-h-0 grow max-tablet:grow-0 tablet:overflow-y-auto min-[880px]:grid min-[880px]:grid-cols-[minmax(0,1fr)_360px] min-[880px]:overflow-hidden">
        <div className="min-w-0 min-[880px]:overflow-y-auto" tabIndex={-1}>
          <Timeline story={story} />
        </div>
        <div
          tabIndex={-1}
          className="min-w-0 border-line-1 bg-sunken px-3 py-3 max-[879px]:border-t tablet:px-5 min-[880px]:overflow-y-auto min-[880px]:border-l"
        >
          <Why story={story} />
          <Before before={story.before} onOpen={onOpen} />
        </div>
      </div>
    </>
  );
}

/** Takes the focus when it opens; gives it back to the row when nothing else has it. */
function useFocusOf(alert_id: string): void {
  useEffect(() => {
    document.getElementById(INCIDENT_HEADING)?.focus();
    return () => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body) focusRow(alert_id);
    };
  }, [alert_id]);
}

export interface IncidentDrawerProps {
  alert_id: string;
  /** The alert as the list has it, so that its name need not wait for the story. */
  known: Alert | null;
  read: IncidentRead;
  onOpen: (alert_id: string) => void;
  onClose: () => void;
}

/** The incident beside the living page: what happened, why, how it went before, what to do. */
export function IncidentDrawer({ alert_id, known, read, onOpen, onClose }: IncidentDrawerProps) {
  const t = useT();
  const { email, pendingOf } = useAlertWork();
  useFocusOf(alert_id);
  const { timeline, view, missing, onRetry } = read;
  const pending = pendingOf(alert_id);
  const story = timeline && { ...timeline, alert: withPending(timeline.alert, pending, email) };
  const alert = story?.alert ?? (known && withPending(known, pending, email));
  const onKeyDown = useAlertKeys(story?.can_work ? story.alert : null);
  const condition: Condition = view.kind === "error" ? { ...view, onRetry } : view;
  let body: ReactNode;
  if (missing) body = <Missing onClose={onClose} />;
  else {
    body = (
      <PanelState name={t("incident.name")} condition={settled(story, condition)} shape="list">
        {story && <Body story={story} onOpen={onOpen} />}
      </PanelState>
    );
  }
  return (
    <SideDrawer
      headingId={INCIDENT_HEADING}
      busy={pending !== null}
      onKeyDown={onKeyDown}
      header={<Header alert={missing ? null : alert} missing={missing} onClose={onClose} />}
      footer={
        story !== null && !missing && <Footer alert={story.alert} works={story.can_work} />
      }
      className="max-tablet:overflow-y-auto"
      onClose={onClose}
    >
      {body}
    </SideDrawer>
  );
}
