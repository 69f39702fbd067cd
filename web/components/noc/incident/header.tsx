"use client";

import { Check, Link as LinkIcon, X } from "lucide-react";
import { useState } from "react";
import { useT } from "@/lib/noc/i18n";
import { alertSentence } from "@/lib/noc/sentence";
import { looks, statusOfSeverity } from "@/lib/noc/status";
import type { Alert } from "@/lib/noc/types";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/skeleton";
import { INCIDENT_HEADING } from "../alert-focus";
import { SeverityShape } from "../severity-shape";

const chip =
  "inline-flex h-5 shrink-0 items-center rounded-cell border px-1.5 text-micro font-medium whitespace-nowrap";

function Chips({ alert }: { alert: Alert }) {
  const t = useT();
  const look = looks[statusOfSeverity[alert.severity]];
  const over = alert.state === "closed";
  return (
    <>
      {!over && alert.severity !== "info" && (
        <span className={`${chip} ${look.scope} border-state-edge bg-state-tint text-state-fg`}>
          {t(look.word)}
        </span>
      )}
      {alert.state !== "open" && (
        <span className={`${chip} border-line-2 text-fg-2 ${over ? "" : "max-tablet:hidden"}`}>
          {t(over ? "incident.closed" : "incident.acknowledged")}
        </span>
      )}
    </>
  );
}

function CopyLink() {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const word = copied ? t("filter.copied") : t("incident.copyLink");
  return (
    <Button
      look="ghost"
      icon
      aria-label={word}
      title={word}
      className="max-tablet:hidden"
      onClick={() =>
        void navigator.clipboard.writeText(window.location.href).then(() => {
          setCopied(true);
        })
      }
    >
      {copied ? <Check aria-hidden size={16} /> : <LinkIcon aria-hidden size={16} />}
    </Button>
  );
}

export interface HeaderProps {
  /** Null while it is read or when there is none. */
  alert: Alert | null;
  missing: boolean;
  onClose: () => void;
}

/** What it is, how grave, whether somebody has it; and the way out. */
export function Header({ alert, missing, onClose }: HeaderProps) {
  const t = useT();
  const title = alert === null ? t(missing ? "incident.notFoundTitle" : "incident.name") : alertSentence(t, alert);
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2.5 border-b border-line-1 py-2 pr-3 pl-3 tablet:pl-5">
      {alert === null && !missing && <Skeleton className="size-5 rounded-full" />}
      {alert !== null && <SeverityShape severity={alert.severity} size={20} />}
      <h2
        id={INCIDENT_HEADING}
        tabIndex={-1}
        title={title}
        className="min-w-0 truncate text-lead outline-none font-semibold tracking-[-0.006em] max-tablet:whitespace-normal"
      >
        {title}
      </h2>
      {alert !== null && <Chips alert={alert} />}
      <span className="grow" />
      {alert !== null && <CopyLink />}
      <Button
        look="ghost"
        icon
        aria-label={t("incident.close")}
        title={t("incident.close")}
        onClick={onClose}
        className="max-tablet:size-11"
      >
        <X aria-hidden size={16} />
      </Button>
    </header>
  );
}
