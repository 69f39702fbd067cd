"use client";

import { useId } from "react";
import { useT } from "@/lib/noc/i18n";
import { channels, type Draft } from "@/lib/noc/rule-draft";
import { serviceName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule } from "@/lib/noc/types-settings";
import { Checkbox } from "../ui/checkbox";
import { TextField } from "../ui/text-field";

const label = "mb-1 text-small font-medium";

export interface RuleOptionsProps {
  me: Me;
  rule: NocRule;
  draft: Draft;
  /** Field that the database refused, with the id of the sentence that says why. */
  wrong: (field: string) => string | undefined;
  onDraft: (draft: Draft) => void;
}

/** What a rule says beside its sentence: who is told by what, what is left out, who helps. */
export function RuleOptions({ me, rule, draft, wrong, onDraft }: RuleOptionsProps) {
  const t = useT();
  const noteId = useId();
  const toggled = <V extends string>(all: readonly V[], one: V, on: boolean) =>
    on ? [...all, one] : all.filter((each) => each !== one);
  const spared = rule.service === null && rule.scope_kind.endsWith("service");
  return (
    <div className="grid gap-x-8 gap-y-3 border-t border-line-1 px-3 py-3 desk:grid-cols-2">
      <fieldset aria-describedby={noteId}>
        <legend className={label}>{t("ruleEdit.channels")}</legend>
        <div className="flex flex-wrap gap-x-5">
          {channels.map((channel) => (
            <Checkbox
              key={channel}
              checked={draft.channels.includes(channel)}
              onChange={(on) => {
                onDraft({ ...draft, channels: toggled(draft.channels, channel, on) });
              }}
            >
              {t(`contact.channel.${channel}`)}
            </Checkbox>
          ))}
        </div>
        <p id={noteId} className={draft.channels.length === 0 ? "st-down text-small text-state-fg" : "text-small text-fg-3"}>
          {t(draft.channels.length === 0 ? "ruleEdit.channelsNone" : "ruleEdit.channelsNote")}
        </p>
      </fieldset>
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] items-start gap-3 max-tablet:grid-cols-1">
        <TextField
          label={t("ruleEdit.runbook")}
          value={draft.runbook_url}
          type="url"
          inputMode="url"
          maxLength={300}
          placeholder="https://"
          problem={wrong("runbook_url")}
          onChange={(runbook_url) => {
            onDraft({ ...draft, runbook_url });
          }}
        />
        <TextField
          label={t("ruleEdit.owner")}
          value={draft.owner}
          maxLength={80}
          problem={wrong("owner")}
          onChange={(owner) => {
            onDraft({ ...draft, owner });
          }}
        />
      </div>
      {spared && (
        <details className="desk:col-span-2" open={draft.excluded.length > 0}>
          <summary className="w-fit cursor-pointer text-small font-medium max-tablet:leading-11">
            {draft.excluded.length === 0
              ? t("ruleEdit.excluded")
              : `${t("ruleEdit.excluded")} (${draft.excluded.length})`}
          </summary>
          <div role="group" aria-label={t("ruleEdit.excluded")} className="mt-1 flex flex-wrap gap-x-5 gap-y-0.5">
            {me.services.map(({ service_name: name }) => (
              <Checkbox
                key={name}
                checked={draft.excluded.includes(name)}
                onChange={(on) => {
                  onDraft({ ...draft, excluded: toggled(draft.excluded, name, on) });
                }}
              >
                {serviceName(t, name)}
              </Checkbox>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}
