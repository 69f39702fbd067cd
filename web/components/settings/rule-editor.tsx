"use client";

import { useId, useState, type ReactNode } from "react";
import { useAction } from "@/hooks/use-action";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useSignedIn } from "@/hooks/use-session";
import { deleteRule, saveRule } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import { useFormat, useT } from "@/lib/noc/i18n";
import { draftOf, isNew, wishOf, type Draft, type Gap } from "@/lib/noc/rule-draft";
import { exceptionsOf } from "@/lib/noc/rule-scope";
import { ruleName } from "@/lib/noc/sentence";
import type { Me } from "@/lib/noc/types";
import type { NocRule, Rules } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { Problem } from "../noc/problem";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Checkbox } from "../ui/checkbox";
import { ExceptionSelect } from "./exception-select";
import { RuleOptions } from "./rule-options";
import { RuleRemoval } from "./rule-removal";
import { whereSaid } from "./rule-said";
import { RuleSentence } from "./rule-sentence";
import { RuleTrial } from "./rule-trial";

const touched: readonly Read[] = ["rules", "overview", "series"];

export interface RuleEditorProps {
  me: Me;
  /** The rule as it is saved; a new one has no id. */
  rule: NocRule;
  data: Rules;
  /** Instead of the rule's name. */
  title?: string;
  /** A new rule has no good name yet. */
  unnamed?: boolean;
  /** Above the sentence. */
  children?: ReactNode;
  onSaved: (rule_id: string | null) => void;
}

/** One rule: its sentence, what it would have done, and its next version. */
export function RuleEditor({ me, rule, data, title, unnamed = false, children, onSaved }: RuleEditorProps) {
  const t = useT();
  const format = useFormat();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const { busy, failure, run, clear } = useAction(touched);
  const [draft, setDraft] = useState(() => draftOf(rule));
  const problemId = useId();
  const wish = wishOf(rule, draft);
  const fresh = isNew(rule);
  const locked = !rule.can_edit && draft.exception === null;
  const override = rule.company_cnpj !== null || rule.group_id !== null;
  const metric = data.metrics.find((one) => one.metric === rule.metric) ?? null;
  const edited = JSON.stringify(draft) !== JSON.stringify(draftOf(rule));

  const change = (next: Draft) => {
    setDraft(next);
    clear();
  };
  const write = (gap: Gap, text: string) => {
    change({ ...draft, text: { ...draft.text, [gap]: text } });
  };
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
  const version = format.number(rule.version);
  const next = format.number(rule.version + 1);
  const changes = wish !== null && !fresh && draft.exception === null;
  const note = changes ? t("ruleEdit.versionDraft", { n: version, next }) : t("ruleEdit.version", { n: version });
  const action = fresh ? "ruleEdit.publishRule" : draft.exception !== null ? "ruleEdit.publishNew" : null;
  const buttons = (
    <Buttons
      publish={action === null ? t("ruleEdit.publish", { n: next }) : t(action)}
      edited={edited}
      ready={wish !== null && !unnamed && !busy && !locked}
      busy={busy}
      onDiscard={() => change(draftOf(rule))}
      onPublish={() => void publish()}
    />
  );
  return (
    <div className="grid min-w-0 content-start gap-3">
      <Card
        title={title ?? ruleName(t, rule.code)}
        {...(!fresh && { note })}
        aside={!locked && <span className="flex gap-1.5 max-tablet:hidden">{buttons}</span>}
      >
        {children}
        <RuleSentence
          rule={rule}
          draft={draft}
          family={metric?.family ?? null}
          where={whereSaid(t, me, draft.exception ?? rule)}
          locked={locked}
          onWrite={write}
        />
        {locked && <p className="px-3 pb-3 text-small text-fg-2">{t("ruleEdit.locked")}</p>}
        {failure !== null && (
          <div className="px-3 pb-3">
            <Problem id={problemId}>{failureSentence(t, failure)}</Problem>
          </div>
        )}
        {!locked && (
          <RuleOptions
            me={me}
            rule={rule}
            draft={draft}
            wrong={(field) => (failure?.hint === field ? problemId : undefined)}
            onDraft={change}
          />
        )}
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2 border-t border-line-1 px-3 py-2">
          {!locked && (
            <Checkbox
              checked={draft.enabled}
              onChange={(enabled) => {
                change({ ...draft, enabled });
              }}
            >
              {t("ruleEdit.enabled")}
            </Checkbox>
          )}
          {!fresh && (
            <ExceptionSelect
              exceptions={exceptionsOf(rule, data, me)}
              value={draft.exception}
              self={t("ruleEdit.scopeSelf", { where: whereSaid(t, me, rule) })}
              onChange={(exception) => {
                change(
                  exception === null && !rule.can_edit ? draftOf(rule) : { ...draft, exception },
                );
              }}
            />
          )}
          <span className="grow" />
          {override && rule.can_edit && (
            <RuleRemoval me={me} rule={rule} rules={data.rules} busy={busy} onRemove={() => void remove()} />
          )}
          {!locked && <span className="flex grow gap-1.5 tablet:hidden">{buttons}</span>}
        </div>
      </Card>
      <RuleTrial
        companies={me.companies.filter((each) => data.scopes.companies.includes(each.company_cnpj))}
        rule={rule}
        draft={draft}
        metric={metric}
        locked={locked}
        changed={wish !== null}
        onDraft={change}
        onWrite={write}
      />
    </div>
  );
}

interface ButtonsProps {
  publish: string;
  edited: boolean;
  ready: boolean;
  busy: boolean;
  onDiscard: () => void;
  onPublish: () => void;
}

function Buttons({ publish, edited, ready, busy, onDiscard, onPublish }: ButtonsProps) {
  const t = useT();
  const wide = "max-tablet:h-11 max-tablet:grow";
  return (
    <>
      <Button disabled={!edited || busy} onClick={onDiscard} className={wide}>
        {t("ruleEdit.discard")}
      </Button>
      <Button look="primary" disabled={!ready} onClick={onPublish} className={wide}>
        {busy ? t("alert.sending") : publish}
      </Button>
    </>
  );
}
