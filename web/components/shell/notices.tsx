"use client";

import { Compass, PlugZap, Settings2, Unplug } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { useT } from "@/lib/noc/i18n";

interface NoticeProps {
  icon: ReactNode;
  title: string;
  note: string;
  action?: ReactNode;
}

/** A whole page that says what is missing and what comes next. */
export function Notice({ icon, title, note, action }: NoticeProps) {
  return (
    <main id="content" className="grid min-h-[60vh] place-items-center p-6">
      <section className="grid max-w-md justify-items-center gap-2 text-center">
        <span className="text-fg-3">{icon}</span>
        <h1 className="text-lead font-semibold">{title}</h1>
        <p className="text-fg-2">{note}</p>
        {action !== undefined && <div className="mt-3">{action}</div>}
      </section>
    </main>
  );
}

export function Unconfigured({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  const t = useT();
  return (
    <Notice
      icon={<Settings2 aria-hidden size={24} />}
      title={t("session.unconfiguredTitle")}
      note={t("session.unconfiguredNote", { reason })}
      action={<Button onClick={onRetry}>{t("panel.retry")}</Button>}
    />
  );
}

export function Unreachable() {
  const t = useT();
  return (
    <Notice
      icon={<Unplug aria-hidden size={24} />}
      title={t("session.unreachableTitle")}
      note={t("session.unreachableNote")}
    />
  );
}

export function NotFound() {
  const t = useT();
  return (
    <Notice
      icon={<Compass aria-hidden size={24} />}
      title={t("shell.notFoundTitle")}
      note={t("shell.notFoundNote")}
      action={
        <Link href="/" className="underline underline-offset-4">
          {t("shell.toHome")}
        </Link>
      }
    />
  );
}

export function Crash({ code, onRetry }: { code: string; onRetry: () => void }) {
  const t = useT();
  return (
    <Notice
      icon={<PlugZap aria-hidden size={24} />}
      title={t("shell.crashTitle")}
      note={`${t("shell.crashNote")} (${code})`}
      action={<Button onClick={onRetry}>{t("panel.retry")}</Button>}
    />
  );
}
