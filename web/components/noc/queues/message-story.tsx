"use client";

import { useReadCondition } from "@/hooks/use-read-condition";
import { useMessage } from "@/hooks/use-tab-reads";
import { useFormat, useT, type Translate } from "@/lib/noc/i18n";
import { messageWhy } from "@/lib/noc/queue-said";
import type { Message, MessageEvent } from "@/lib/noc/types/queue";
import type { Status } from "@/lib/noc/types";
import { PanelState, READY, settled, showsContent } from "../panel-state";
import { Steps, type Step } from "../steps";

const looks: Partial<Record<MessageEvent["what"], Status>> = {
  sent: "UP",
  delivered: "UP",
  read: "UP",
  failed: "DOWN",
  dead: "DOWN",
  unknown: "NO_DATA",
  retry: "DEGRADED",
};

function stepOf(t: Translate, { at, what, attempt, outcome, code }: MessageEvent): Step {
  const more = [
    attempt === null ? null : t("message.attempt", { n: attempt }),
    outcome === null || outcome === what ? null : messageWhy(t, outcome),
    code === null ? null : codeSaid(t, code),
  ].filter(Boolean);
  return {
    at,
    title: t(`message.event.${what}`),
    status: looks[what] ?? null,
    more: more.length === 0 ? undefined : more.join(" · "),
  };
}

/** A provider's number keeps its number; ours are words. */
function codeSaid(t: Translate, code: string | number): string {
  return /^\d+$/.test(String(code)) ? t("message.code", { code }) : messageWhy(t, String(code));
}

function Fact({ label, children }: { label: string; children: string }) {
  return (
    <span className="min-w-0">
      <span className="text-fg-3">{label} </span>
      <span className="font-mono break-all">{children}</span>
    </span>
  );
}

/** What happened to one message, read when it is asked for. */
export function MessageStory({ message, name }: { message: Message; name: string }) {
  const t = useT();
  const format = useFormat();
  const read = useMessage(message.message_id);
  const story = read.data?.data ?? null;
  const condition = settled(story, useReadCondition(read));
  return (
    <div className="grid gap-3 bg-sunken px-3 py-3 tablet:px-5">
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-small text-fg-2">
        <Fact label={t("message.id")}>{message.external_id}</Fact>
        {message.expires_at !== null && (
          <span>{t("message.expires", { time: format.moment(message.expires_at) })}</span>
        )}
      </p>
      {message.reported && <p className="text-small text-fg-2">{t("message.reportedNote")}</p>}
      <PanelState
        name={t("message.storyTitle")}
        // That it is old, the list says already.
        condition={showsContent(condition) ? READY : condition}
        shape="list"
      >
        {story !== null && (
          <Steps
            label={t("message.story", { what: name })}
            steps={story.events.map((event) => stepOf(t, event))}
          />
        )}
      </PanelState>
    </div>
  );
}
