"use client";

import { Building2, KeyRound } from "lucide-react";
import { Notice } from "./notices";
import { useT } from "@/lib/noc/i18n";

/** Signed in, but no company was opened to this person yet. */
export function NoRole({ email }: { email: string }) {
  const t = useT();
  return (
    <Notice
      icon={<KeyRound aria-hidden size={24} />}
      title={t("empty.noRoleTitle")}
      note={t("empty.noRoleNote", { email })}
    />
  );
}

/** The installation has no company: what the administrator does next. */
export function NoCompany() {
  const t = useT();
  return (
    <section className="flex items-start gap-3 rounded-panel border border-line-1 bg-panel p-4">
      <Building2 aria-hidden size={20} className="mt-0.5 shrink-0 text-fg-3" />
      <div>
        <h2 className="text-title font-semibold">{t("empty.noCompanyTitle")}</h2>
        <p className="text-fg-2">{t("empty.noCompanyNote")}</p>
      </div>
    </section>
  );
}
