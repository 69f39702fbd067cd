"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { useActionPlan } from "@/hooks/use-action-plan";
import { useActionWork } from "@/hooks/use-action-work";
import { useDraft } from "@/hooks/use-alert-work";
import { useNow as useLocalNow } from "@/hooks/use-now";
import { choicesOf, kindOf, type ActionAsk, type Choices } from "@/lib/noc/action";
import { actionFailure, isInDoubt, needsNewPlan, reasonsOf } from "@/lib/noc/action-error";
import { titleSaid } from "@/lib/noc/action-said";
import { useFormat, useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import type { Executed, Plan } from "@/lib/noc/types/actions";
import { Drawer, DrawerSection } from "../../ui/drawer";
import { Skeleton } from "../../ui/skeleton";
import { useNow } from "../now";
import { Problem } from "../problem";
import { ActionIcon } from "./action-icon";
import { PlanChoices } from "./plan-choices";
import { PlanDifference } from "./plan-difference";
import { PlanFooter } from "./plan-footer";
import { PlanEffect, PlanNext, PlanSamples, Warnings } from "./plan-view";
import { PlanApproval, PlanConfirm, PlanReason } from "./plan-words";

/** Shorter than this is no reason. */
const REASON_LEAST = 10;

export interface ActionDrawerProps {
  me: Me;
  ask: ActionAsk;
  /** Opened from a drawer, to which it leads back. */
  inside: boolean;
  onClose: () => void;
  onDone: (done: Executed) => void;
}

function Planning() {
  const t = useT();
  return (
    <DrawerSection>
      <p role="status" className="sr-only">
        {t("action.planning")}
      </p>
      <Skeleton className="h-5 w-4/5" />
      <Skeleton className="h-16 w-full" />
    </DrawerSection>
  );
}

function Scope({ me, ask }: Pick<ActionDrawerProps, "me" | "ask">) {
  const t = useT();
  const format = useFormat();
  const { company_cnpj, group_id, alert_id } = ask;
  const company = me.companies.find((each) => each.company_cnpj === company_cnpj);
  const group = me.groups.find((each) => each.group_id === group_id);
  const name = company?.name ?? group?.name ?? (company_cnpj === null ? t("action.everything") : "");
  return (
    <>
      {name}
      {company_cnpj !== null && (
        <span className="ml-1.5 font-mono text-micro text-fg-3">{format.cnpj(company_cnpj)}</span>
      )}
      {alert_id !== null && ` · ${t("action.fromAlert")}`}
    </>
  );
}

/** Types of job that the last plan of every type named. */
function useTypes(plan: Plan | null): readonly string[] {
  const [types, setTypes] = useState<{ of: Plan | null; names: readonly string[] }>({ of: null, names: [] });
  if (plan !== null && plan !== types.of && plan.payload["job_type"] == null) {
    const by = plan.counts["by_type"];
    const names = Array.isArray(by)
      ? by.flatMap((each: { job_type?: unknown }) => (typeof each.job_type === "string" ? [each.job_type] : []))
      : [];
    setTypes({ of: plan, names });
  }
  return types.names;
}

/** What an action would do, chosen and worded by a person, and done once. */
export function ActionDrawer({ me, ask, inside, onClose, onDone }: ActionDrawerProps) {
  const t = useT();
  const form = useId();
  const local = useLocalNow();
  const now = useNow() ?? local;
  const [choices, setChoices] = useState(() => choicesOf(ask));
  const read = useActionPlan(ask, choices);
  const { busy, failure, clear, execute } = useActionWork();
  const scope = ask.company_cnpj ?? ask.group_id ?? "*";
  const [reason, write] = useDraft(`action:${ask.action}:${scope}`);
  const [typed, setTyped] = useState<{ of: string; text: string }>({ of: "", text: "" });
  const [missing, setMissing] = useState<"reason" | "confirm" | null>(null);
  const reasonField = useRef<HTMLTextAreaElement>(null);
  const confirmField = useRef<HTMLInputElement>(null);

  const plan = read.error === null ? read.plan : null;
  const types = useTypes(plan);
  // A number that was typed for one plan confirms no other.
  const text = typed.of === plan?.plan_id ? typed.text : "";
  const left = plan === null ? 0 : Math.ceil((Date.parse(plan.expires_at) - now) / 1000);
  const inDoubt = failure !== null && isInDoubt(failure);
  const replaced = failure !== null && needsNewPlan(failure);

  const choose = (part: Partial<Choices>) => {
    clear();
    setChoices({ ...choices, ...part });
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (plan === null || read.busy || busy || (left <= 0 && !inDoubt)) return;
    const words = reason.trim();
    if (words.length < REASON_LEAST && (plan.needs_reason || words !== "")) {
      setMissing("reason");
      reasonField.current?.focus();
      return;
    }
    if (plan.confirm !== null && text.trim() !== String(plan.confirm)) {
      setMissing("confirm");
      confirmField.current?.focus();
      return;
    }
    setMissing(null);
    const wish = { plan_id: plan.plan_id, reason: words === "" ? null : words, confirm: plan.confirm };
    const done = await execute(wish, (error) => {
      if (needsNewPlan(error)) read.renew(plan);
    });
    if (done === null) return;
    write("");
    onDone(done);
  };

  const said = failure === null || (replaced && read.before !== null) ? null : actionFailure(t, failure);
  const ofField = failure?.hint === "reason" || failure?.hint === "confirm" ? failure.hint : null;
  const wrong = missing ?? ofField;
  return (
    <Drawer
      title={titleSaid(t, ask.action, ask.action === "reprocess" ? choices.kind : kindOf(ask))}
      icon={<ActionIcon action={ask.action} />}
      note={<Scope me={me} ask={ask} />}
      onClose={onClose}
      closeLabel={t("ui.close")}
      back={inside ? t("action.back") : undefined}
      footer={
        <PlanFooter
          form={form}
          plan={plan}
          left={left}
          planning={read.busy}
          sending={busy}
          inDoubt={inDoubt}
          problem={ofField === null ? said : null}
          onRenew={() => {
            clear();
            read.renew(plan);
          }}
          onClose={onClose}
        />
      }
    >
      <form id={form} noValidate aria-busy={read.busy || busy} onSubmit={(event) => void submit(event)}>
        {plan !== null && read.before !== null && !read.busy && (
          <PlanDifference before={read.before} plan={plan} />
        )}
        {plan === null && read.error === null && read.busy && <Planning />}
        {plan !== null && <PlanEffect plan={plan} now={now} />}
        {read.error !== null && (
          <DrawerSection>
            <Problem>{actionFailure(t, read.error, true)}</Problem>
            <Warnings warnings={reasonsOf(read.error)} now={now} />
          </DrawerSection>
        )}
        {plan !== null && <PlanSamples plan={plan} />}
        <fieldset disabled={busy || inDoubt} className="contents">
          <PlanChoices
            ask={ask}
            choices={choices}
            onChoose={choose}
            plan={plan}
            types={types}
            admin={me.can_administer}
          />
          {plan !== null && (
            <>
              <PlanReason
                ref={reasonField}
                plan={plan}
                reason={reason}
                onWrite={(next) => {
                  write(next);
                  setMissing(null);
                }}
                problemId={`${form}-reason`}
                problem={wrong === "reason" ? t("action.error.reason") : null}
              />
              {plan.confirm !== null && (
                <PlanConfirm
                  ref={confirmField}
                  n={plan.confirm}
                  typed={text}
                  onType={(next) => {
                    setTyped({ of: plan.plan_id, text: next });
                    setMissing(null);
                  }}
                  problemId={`${form}-confirm`}
                  problem={wrong === "confirm" ? t("action.error.confirm") : null}
                />
              )}
              {plan.requires_approval && <PlanApproval plan={plan} />}
            </>
          )}
        </fieldset>
        {plan !== null && plan.warnings.some(({ code }) => code !== "in_flight") && (
          <DrawerSection>
            <Warnings warnings={plan.warnings} now={now} />
          </DrawerSection>
        )}
        {plan !== null && <PlanNext plan={plan} />}
      </form>
    </Drawer>
  );
}
