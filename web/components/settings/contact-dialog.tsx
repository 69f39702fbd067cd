"use client";

import { useId, useState, type SubmitEvent } from "react";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useAction } from "@/hooks/use-action";
import { useSignedIn } from "@/hooks/use-session";
import { saveContact } from "@/lib/noc/api";
import { inScope, scopeKey } from "@/lib/noc/contact-draft";
import type { Read } from "@/lib/noc/hint";
import { severityWord } from "@/lib/noc/incident-said";
import { useT } from "@/lib/noc/i18n";
import type { Me, Role, Severity } from "@/lib/noc/types";
import type { ContactDraft } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { Problem } from "../noc/problem";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { Dialog, DialogActions } from "../ui/dialog";
import { Select } from "../ui/select";
import { TextField } from "../ui/text-field";

const touched: readonly Read[] = ["contacts"];
const NEVER = "";
const severities: readonly Severity[] = ["info", "warning", "critical"];
const steps = ["0", "1", "2"] as const;

const orNull = (text: string) => (text.trim() === "" ? null : text.trim());

function rolesOf(me: Me): Role[] {
  return me.role === "admin" ? ["admin", "franqueado", "cliente"] : ["franqueado", "cliente"];
}

export interface ContactDialogProps {
  me: Me;
  initial: ContactDraft;
  onClose: () => void;
}

/** Who, by which channels, from which severity on, of which companies. */
export function ContactDialog({ me, initial, onClose }: ContactDialogProps) {
  const t = useT();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const { busy, failure, run } = useAction(touched);
  const [draft, setDraft] = useState(initial);
  const problemId = useId();
  const change = (part: Partial<ContactDraft>) => {
    setDraft({ ...draft, ...part });
  };
  const wrong = (field: string) => (failure?.hint === field ? problemId : undefined);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const saved = await run(() => saveContact(supabase, { ...draft, name: draft.name.trim() }));
    if (saved === null) return;
    tell(t("contact.saved"));
    onClose();
  };

  const from = [
    { value: NEVER, label: t("contact.never") },
    ...severities.map((value) => ({ value, label: severityWord(t, value) })),
  ];
  const scopes = [
    ...(draft.role === "cliente"
      ? []
      : me.groups.map(({ group_id, name }) => ({ value: `group:${group_id}`, label: name }))),
    ...me.companies.map(({ company_cnpj, name }) => ({ value: `company:${company_cnpj}`, label: name })),
  ];
  return (
    <Dialog
      open
      title={t(draft.contact_id === null ? "contact.form.new" : "contact.form.edit")}
      onClose={onClose}
      closeLabel={t("ui.close")}
    >
      <form onSubmit={(event) => void submit(event)} className="grid gap-3 p-5">
        <TextField
          label={t("contact.form.name")}
          value={draft.name}
          maxLength={120}
          autoComplete="off"
          problem={wrong("name")}
          onChange={(name) => {
            change({ name });
          }}
        />
        <div className="grid gap-3 tablet:grid-cols-2">
          <TextField
            label={t("contact.form.email")}
            type="email"
            value={draft.email ?? ""}
            autoComplete="off"
            problem={wrong("email")}
            onChange={(email) => {
              change({ email: orNull(email) });
            }}
          />
          <Select
            label={t("contact.form.emailFrom")}
            value={draft.email_from ?? NEVER}
            options={from}
            onChange={(value) => {
              change({ email_from: orNull(value) as Severity | null });
            }}
          />
          <TextField
            label={t("contact.form.phone")}
            type="tel"
            placeholder={t("contact.form.phoneHint")}
            value={draft.phone ?? ""}
            autoComplete="off"
            problem={wrong("phone")}
            onChange={(phone) => {
              change({ phone: orNull(phone) });
            }}
          />
          <Select
            label={t("contact.form.whatsappFrom")}
            value={draft.whatsapp_from ?? NEVER}
            options={from}
            onChange={(value) => {
              change({ whatsapp_from: orNull(value) as Severity | null });
            }}
          />
          <Select
            label={t("contact.form.role")}
            value={draft.role}
            options={rolesOf(me).map((value) => ({ value, label: t(`role.${value}`) }))}
            onChange={(value) => {
              const role = value as Role;
              const [first] = me.companies;
              const company = role === "cliente" ? (draft.company_cnpj ?? first?.company_cnpj ?? null) : null;
              const [group] = me.groups;
              const group_id = role === "franqueado" ? (group?.group_id ?? null) : null;
              const only = role === "franqueado" && group_id === null ? (first?.company_cnpj ?? null) : company;
              change({ role, company_cnpj: only, group_id });
            }}
          />
          {draft.role !== "admin" && (
            <Select
              label={t("contact.form.scope")}
              value={scopeKey(draft)}
              options={scopes}
              onChange={(value) => {
                change(inScope(value));
              }}
            />
          )}
          <Select
            label={t("contact.form.step")}
            value={String(draft.escalation_step)}
            options={steps.map((value) => ({ value, label: t(`contact.step.${value}`) }))}
            onChange={(value) => {
              change({ escalation_step: Number(value) as ContactDraft["escalation_step"] });
            }}
          />
          <Select
            label={t("contact.form.language")}
            value={draft.language}
            options={(["pt-BR", "en"] as const).map((value) => ({
              value,
              label: t(`contact.form.language.${value}`),
            }))}
            onChange={(value) => {
              change({ language: value === "en" ? "en" : "pt-BR" });
            }}
          />
          <TextField
            label={t("contact.form.quietFrom")}
            type="time"
            value={draft.quiet_from ?? ""}
            problem={wrong("quiet_from")}
            onChange={(value) => {
              change({ quiet_from: orNull(value) });
            }}
          />
          <TextField
            label={t("contact.form.quietUntil")}
            type="time"
            value={draft.quiet_until ?? ""}
            problem={wrong("quiet_until")}
            onChange={(value) => {
              change({ quiet_until: orNull(value) });
            }}
          />
        </div>
        {draft.role === "cliente" && (
          <Checkbox
            checked={draft.opted_in}
            onChange={(opted_in) => {
              change({ opted_in });
            }}
          >
            {t("contact.form.optedIn")}
          </Checkbox>
        )}
        {failure !== null && <Problem id={problemId}>{failureSentence(t, failure)}</Problem>}
        <DialogActions>
          <Button size="large" onClick={onClose} className="max-tablet:h-11 max-tablet:grow">
            {t("work.cancel")}
          </Button>
          <Button type="submit" look="primary" size="large" disabled={busy} className="max-tablet:h-11 max-tablet:grow">
            {busy ? t("alert.sending") : t("contact.form.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
