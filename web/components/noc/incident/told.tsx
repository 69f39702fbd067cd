"use client";

import clsx from "clsx";
import { useFormat, useT } from "@/lib/noc/i18n";
import { tellingSaid, type NoticeSaid } from "@/lib/noc/told-said";
import type { Notice } from "@/lib/noc/types-story";
import { StatusShape } from "../status-shape";

/** As many are shown at once; the rest unfolds. */
const SHOWN = 5;

function Message({ said }: { said: NoticeSaid }) {
  return (
    <li className="mt-0.5 text-small break-words">
      <span className="text-fg-2">{said.to}</span>
      <span className={clsx(said.bad && "st-degraded")}>
        {" — "}
        {said.bad && (
          <StatusShape status="DEGRADED" size={12} className="mr-1 inline align-[-1px]" />
        )}
        <span className={clsx(said.bad ? "font-medium text-state-fg" : "text-fg-3")}>
          {said.became}
        </span>
      </span>
    </li>
  );
}

/** Who was told of one event, by which channel, and what became of each message. */
export function Told({ event, notices }: { event: string; notices: readonly Notice[] }) {
  const t = useT();
  const format = useFormat();
  const { title, more, messages } = tellingSaid(t, format, event, notices);
  const line = (said: NoticeSaid, index: number) => <Message key={index} said={said} />;
  const rest = messages.slice(SHOWN);
  return (
    <div className="min-w-0 pt-1 pb-2.5 text-fg-2">
      <p>
        <strong className="font-[550] text-fg-1">{title}</strong>
        {more !== null && ` · ${more}`}
      </p>
      <ul>{messages.slice(0, SHOWN).map(line)}</ul>
      {rest.length > 0 && (
        <details className="mt-0.5 text-small">
          <summary className="cursor-pointer text-fg-3 max-tablet:py-3">
            {t.count("told.more", rest.length)}
          </summary>
          <ul>{rest.map(line)}</ul>
        </details>
      )}
    </div>
  );
}
