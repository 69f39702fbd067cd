"use client";

import { useId, useState } from "react";
import { useAction } from "@/hooks/use-action";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSignedIn } from "@/hooks/use-session";
import { deleteRule, saveRule } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import { useFormat, useT } from "@/lib/noc/i18n";
import { draftOf, trialOf, wishOf, wrongGaps } from "@/lib/noc/rule-draft";
import { ruleName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule, RuleMetric } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { Problem } from "../noc/problem";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Checkbox } from "../ui/checkbox";
import { Select } from "../ui/select";
import { RuleSentence } from "./rule-sentence";
import { RuleTrial } from "./rule-trial";

const touched: readonly Read[] = ["rules", "overview", "series"];
const NOBODY = "";

export interface RuleEditorProps {
  me: Me;
  rule: NocRule;
  metrics: readonly RuleMetric[];
  /** Companies that have an exception of this rule already. */
  excepted: ReadonlySet<string>;
  where: string;
  onSaved: (rule_id: string | null) => void;
}

/** One rule: its sentence, what it would have done, and its next version. */
export function RuleEditor({ me, rule, metrics, excepted, where, onSaved }: RuleEditorProps) {
  const t = useT();
  const format = useFormat();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const { busy, failure, run, clear } = useAction(touched);
  const [draft, setDraft] = useState(() => draftOf(rule));
  const problemId = useId();
  const wish = wishOf(rule, draft);
  const locked = !rule.can_edit && draft.exception === null;
  const mayExcept = rule.company_cnpj === null && rule.scope_kind.startsWith("company");
  const override = rule.company_cnpj !== null || rule.group_id !== null;
  const stored = metrics.some((one) => one.metric === rule.metric && one.family === "traffic");
  const companies = me.companies.filter(({ company_cnpj }) => !excepted.has(company_cnpj));
  const excepting = me.companies.find((each) => each.company_cnpj === draft.exception);

  const publish = async () => {
    if (wish === null) return;
    const saved = await run(() => saveRule(supabase, wish));
    if (saved === null) return;
    tell(t("ruleEdit.published", { n: format.number(saved.version) }));
    onSaved(saved.rule_id);
  };
  const remove = async () => {
    const done = await run(async () => {
      await deleteRule(supabase, rule.rule_id);
      return true;
    });
    if (done === null) return;
    tell(t("ruleEdit.removed"));
    onSaved(null);
  };
  const next = draft.exception === null ? format.number(rule.version + 1) : null;
  const version = format.number(rule.version);
  return (
    <div className="grid min-w-0 content-start gap-3">
      <Card
        title={ruleName(t, rule.code)}
        note={
          wish !== null && next !== null
            ? t("ruleEdit.versionDraft", { n: version, next })
            : t("ruleEdit.version", { n: version })
        }
        aside={
          <span className="flex gap-1.5 max-tablet:hidden">
            <Buttons
              next={next}
              changed={wish !== null || wrongGaps(rule, draft).length > 0}
              ready={wish !== null && !busy}
              busy={busy}
              onDiscard={() => {
                setDraft(draftOf(rule));
                clear();
              }}
              onPublish={() => void publish()}
            />
          </span>
        }
      >
        <RuleSentence
          rule={rule}
          draft={draft}
          where={excepting?.name ?? where}
          locked={locked}
          onWrite={(gap, text) => {
            setDraft({ ...draft, text: { ...draft.text, [gap]: text } });
          }}
        />
        {locked && <p className="px-3 pb-3 text-small text-fg-2">{t("ruleEdit.locked")}</p>}
        {failure !== null && (
          <div className="px-3 pb-3">
            <Problem id={problemId}>{failureSentence(t, failure)}</Problem>
          </div>
        )}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line-1 px-3 py-2">
          {!locked && (
            <Checkbox
              checked={draft.enabled}
              onChange={(enabled) => {
                setDraft({ ...draft, enabled });
              }}
            >
              {t("ruleEdit.enabled")}
            </Checkbox>
          )}
          {mayExcept && companies.length > 0 && (
            <Select
              label={t("ruleEdit.scope")}
              value={draft.exception ?? NOBODY}
              onChange={(value) => {
                setDraft({ ...draft, exception: value === NOBODY ? null : value });
              }}
              options={[
                { value: NOBODY, label: "—" },
                ...companies.map(({ company_cnpj: value, name: label }) => ({ value, label })),
              ]}
              className="w-64 max-w-full"
            />
          )}
          <span className="grow" />
          {override && rule.can_edit && (
            <Button disabled={busy} onClick={() => void remove()} className="max-tablet:h-11">
              {t("ruleEdit.remove")}
            </Button>
          )}
          <span className="flex grow gap-1.5 tablet:hidden">
            <Buttons
              next={next}
              changed={wish !== null}
              ready={wish !== null && !busy}
              busy={busy}
              onDiscard={() => {
                setDraft(draftOf(rule));
                clear();
              }}
              onPublish={() => void publish()}
            />
          </span>
        </div>
      </Card>
      <RuleTrial
        me={me}
        rule={rule}
        wish={trialOf(rule, draft)}
        changed={wish !== null}
        stored={stored}
      />
    </div>
  );
}

interface ButtonsProps {
  /** The version that publishing makes; null: an exception's first. */
  next: string | null;
  changed: boolean;
  ready: boolean;
  busy: boolean;
  onDiscard: () => void;
  onPublish: () => void;
}

function Buttons({ next, changed, ready, busy, onDiscard, onPublish }: ButtonsProps) {
  const t = useT();
  const wide = "max-tablet:h-11 max-tablet:grow";
  return (
    <>
      <Button disabled={!changed || busy} onClick={onDiscard} className={wide}>
        {t("ruleEdit.discard")}
      </Button>
      <Button look="primary" disabled={!ready} onClick={onPublish} className={wide}>
        {busy
          ? t("alert.sending")
          : next === null
            ? t("ruleEdit.publishNew")
            : t("ruleEdit.publish", { n: next })}
      </Button>
    </>
  );
}
