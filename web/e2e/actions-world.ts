import type { Page } from "playwright-core";
import { PADARIA, sql } from "./alerts";

/** The type of job that `dev/jobs_example` starts again. */
export const JOB_TYPE = "sincronizar_omie";
const OURS = { company: PADARIA };

/** So many messages that wait, each for its own number, and are not due before an hour. */
export async function fillQueue(count: number): Promise<void> {
  await sql(
    `select noc.store_messages(:'company', (
       select jsonb_agg(jsonb_build_object(
         'external_id', 'e2e-' || gen_random_uuid(), 'to', (5511900000000 + n)::text,
         'template', 'noc_alerta_fechado', 'parameters', '["Omie lento", "Padaria", "4 min"]'::jsonb,
         'run_at', now() + interval '1 h'
       )) from generate_series(1, :count) as n
     ), now());
     select noc.announce('queue_whatsapp', :'company');`,
    { ...OURS, count: String(count) },
  );
}

/** The hour has passed: what waits may leave. */
export async function messagesAreDue(): Promise<void> {
  await sql(
    `update public.queue_whatsapp set run_at = now()
     where company_cnpj = :'company' and external_id like 'e2e-%' and state in ('queued', 'retry');`,
    OURS,
  );
}

export async function waitingMessages(): Promise<number> {
  return Number(
    await sql(
      `select count(*) from public.queue_whatsapp
       where company_cnpj = :'company' and external_id like 'e2e-%' and status = 'queued';`,
      OURS,
    ),
  );
}

/** How many of them the provider took. */
export async function sentMessages(): Promise<number> {
  return Number(
    await sql(
      `select count(*) from public.queue_whatsapp
       where company_cnpj = :'company' and external_id like 'e2e-%' and status = 'sent';`,
      OURS,
    ),
  );
}

/** What the queue's rule waits for has lasted long enough. */
export async function backlogHasLasted(): Promise<void> {
  await sql(
    `update noc.rule_states set warning_since = warning_since - interval '10 min',
       critical_since = critical_since - interval '10 min'
     where company_cnpj = :'company' and metric = 'queue_pending';`,
    OURS,
  );
}

/** The open alert of the company's queue; null before the engine has opened one. */
export async function queueAlert(): Promise<string | null> {
  const found = await sql(
    `select alert_id from public.noc_alerts where company_cnpj = :'company'
       and code = 'whatsapp_queue_pending' and state <> 'closed' and severity = 'critical';`,
    OURS,
  );
  return found === "" ? null : found;
}

/** The ramp of the pause that ended is over. */
export async function rampIsOver(): Promise<void> {
  await sql(
    `update noc.queue_pauses set paused_at = paused_at - interval '1 h', ended_at = ended_at - interval '1 h'
     where company_cnpj = :'company' and ended_at is not null;`,
    OURS,
  );
}

/** It is time to look at what these actions were expected to do. */
export async function effectsAreDue(): Promise<void> {
  await sql(
    `update public.noc_actions set verify_at = now()
     where company_cnpj = :'company' and verified is null and verify_at is not null;`,
    OURS,
  );
}

/** What is in effect ends in a moment. */
export async function effectsEndIn(seconds: number): Promise<void> {
  await sql(
    `with moved as (
       update public.noc_actions set expires_at = now() + make_interval(secs => :seconds)
       where company_cnpj = :'company' and in_effect returning action_id
     )
     update public.data_sources set until = now() + make_interval(secs => :seconds)
     where action_id in (select action_id from moved);
     select noc.announce('noc_actions', :'company'), noc.announce('data_sources', :'company');`,
    { ...OURS, seconds: String(seconds) },
  );
}

/** A job that failed just now; gives the name that its company has for it. */
export async function failJob(): Promise<string> {
  return sql(
    `insert into public.jobs (company_cnpj, external_id, job_type, status, started_at, finished_at, error)
     values (:'company', 'e2e-' || left(gen_random_uuid()::text, 8), :'type', 'failed',
       now() - interval '1 min', now(), 'e2e: caiu')
     returning external_id;`,
    { ...OURS, type: JOB_TYPE },
  );
}

/** Takes what these tests made away again; the trail's entries stay. */
export async function dropActions(): Promise<void> {
  await sql(
    `begin;
     -- No tick runs and no worker sends meanwhile.
     select pg_advisory_xact_lock(1313817344, 1);
     lock table noc.notifications, public.noc_actions in exclusive mode;
     delete from noc.queue_pauses where company_cnpj = :'company';
     update public.data_sources set source = 'supabase', until = null, action_id = null
     where company_cnpj = :'company';
     create temp table gone on commit drop as
     select alert_id from public.noc_alerts
     where company_cnpj = :'company' and code = 'whatsapp_queue_pending';
     delete from public.noc_actions where company_cnpj = :'company';
     delete from noc.action_plans where company_cnpj = :'company' or alert_id in (select alert_id from gone);
     delete from public.jobs where retry_of in (
       select job_id from public.jobs where company_cnpj = :'company' and external_id like 'e2e-%');
     delete from public.jobs where company_cnpj = :'company' and external_id like 'e2e-%';
     delete from public.queue_whatsapp where company_cnpj = :'company' and external_id like 'e2e-%';
     delete from noc.rule_states where company_cnpj = :'company' and metric = 'queue_pending';
     delete from noc.notifications where alert_id in (select alert_id from gone);
     delete from noc.alert_events where alert_id in (select alert_id from gone);
     delete from public.noc_alerts where alert_id in (select alert_id from gone);
     commit;`,
    OURS,
  );
}

/** Asks the database what no button of the page asks, as who is signed in there. */
export async function askAs(page: Page, name: string, args: object): Promise<Response> {
  const seen = page.waitForRequest("**/rest/v1/rpc/noc_badge");
  await page.reload();
  const request = await seen;
  const { apikey = "", authorization = "" } = await request.allHeaders();
  return fetch(request.url().replace("noc_badge", name), {
    method: "POST",
    headers: { apikey, authorization, "content-type": "application/json" },
    body: JSON.stringify(args),
  });
}
