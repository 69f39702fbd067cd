"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSignedIn } from "@/hooks/use-session";
import { exportAlerts, type HistoryQuestion } from "@/lib/noc/api";
import { asNocError } from "@/lib/noc/error";
import { FILE_ROWS } from "@/lib/noc/history";
import { useT } from "@/lib/noc/i18n";
import { failureSentence } from "@/lib/noc/work-said";
import { Button } from "../../ui/button";
import { LockedButton } from "../locked-button";

/** A spreadsheet takes a file without it for Latin-1. */
const BYTE_ORDER_MARK = "\ufeff";

/** "noc-alertas-omie-2026-11-16.csv": the scope stands in the name. */
function fileName({ company_cnpj, group_id, service, severity, state, code, from }: HistoryQuestion): string {
  const scope = company_cnpj ?? group_id?.slice(0, 8);
  const parts = [scope, service, code, severity, state, from?.slice(0, 10)];
  return `${["noc-alertas", ...parts.filter(Boolean)].join("-").replaceAll(":", "_")}.csv`;
}

function save(text: string, name: string): void {
  const link = document.createElement("a");
  const file = new Blob([BYTE_ORDER_MARK, text], { type: "text/csv;charset=utf-8" });
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export interface CsvButtonProps {
  /** Rows that the filter leaves. */
  total: number;
  question: () => HistoryQuestion;
}

/** Takes the whole filtered list along, not only the pages that were loaded. */
export function CsvButton({ total, question }: CsvButtonProps) {
  const t = useT();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const [busy, setBusy] = useState(false);
  const name = t.count("history.csv", total);
  const className = "max-tablet:h-11 max-tablet:basis-full";
  if (total === 0 || total > FILE_ROWS) {
    const reason = t(total === 0 ? "history.csvNothing" : "history.csvTooMany");
    return (
      <LockedButton reason={reason} className={className}>
        {name}
      </LockedButton>
    );
  }
  const fetchFile = async () => {
    const asked = question();
    setBusy(true);
    try {
      const text = await exportAlerts(supabase, asked);
      save(text, fileName(asked));
      tell(t.count("history.csvDone", total));
    } catch (thrown) {
      tell(t("history.csvFailed", { why: failureSentence(t, asNocError(thrown)) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button disabled={busy} onClick={() => void fetchFile()} className={className}>
      <Download aria-hidden size={14} />
      {busy ? t("history.csvBusy") : name}
    </Button>
  );
}
