import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where the database is when the environment does not say: that of `make up`. */
const local = {
  PGHOST: "127.0.0.1",
  PGPORT: "54322",
  PGUSER: "postgres",
  PGPASSWORD: "postgres",
  PGDATABASE: "postgres",
};

/** One statement; gives what it prints. */
export async function sql(statement: string, variables: Record<string, string> = {}): Promise<string> {
  const set = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const child = run("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", ...set, "-f", "-"], {
    env: { ...local, ...process.env },
  });
  child.child.stdin?.end(statement);
  return (await child).stdout.trim();
}

export const PADARIA = "11222333000181";

/**
 * An open alert of the error rate as the engine would have left it 27 minutes ago, with its
 * evidence, and one of the day before. No measurement belongs to it, so the running engine leaves
 * it alone.
 */
export async function openAlert(company_cnpj = PADARIA, severity = "critical"): Promise<string> {
  return sql(
    `with fresh as (
       select gen_random_uuid() as alert_id, 'e2e:' || gen_random_uuid() as fingerprint,
         now() - interval '27 min' as began
     ), earlier as (
       insert into public.noc_alerts (rule_id, code, fingerprint, target, company_cnpj, service,
         severity, severity_max, state, started_at, opened_at, last_seen_at, closed_at,
         close_reason, value, last_value, threshold, unit)
       select r.rule_id, r.code, f.fingerprint, 'service:banks', :'company', 'banks',
         'warning', 'warning', 'closed', f.began - interval '1 day', f.began - interval '1 day',
         f.began - interval '23 h', f.began - interval '23 h', 'recovered', 0.06, 0.02, 0.05, 'ratio'
       from fresh as f cross join public.noc_rules as r where r.code = 'error_rate'
     ), alert as (
       insert into public.noc_alerts (alert_id, rule_id, code, fingerprint, target, company_cnpj,
         service, severity, severity_max, started_at, opened_at, last_seen_at, value, last_value,
         threshold, unit, flipped_at, worst_value, mean_value, mean_minutes)
       select f.alert_id, r.rule_id, r.code, f.fingerprint, 'service:banks', :'company', 'banks',
         :'severity', :'severity', f.began, f.began, now(), 0.14, 0.12,
         case :'severity' when 'critical' then r.down_threshold else r.degraded_threshold end, 'ratio',
         f.began, 0.184, 0.131, 27
       from fresh as f cross join public.noc_rules as r where r.code = 'error_rate'
       returning alert_id, opened_at, severity
     ), evidence as (
       insert into noc.alert_evidence (alert_id, taken_at, window_from, minutes, endpoints, requests)
       select a.alert_id, a.opened_at, m.at - interval '5 min',
         (
           select jsonb_agg(jsonb_build_object(
             'bucket', m.at - n * interval '1 min', 'count', 40,
             'error_rate', greatest(0.01, 0.16 - 0.03 * n), 'p95_ms', 600
           ) order by n desc)
           from generate_series(0, 15) as n where n <> 11
         ),
         jsonb_build_array(jsonb_build_object(
           'endpoint', 'POST /boletos', 'count', 120, 'error_rate', 0.14, 'latency_max_ms', 5210
         )),
         (
           select jsonb_agg(jsonb_build_object(
             'at', a.opened_at - n * interval '7 s', 'endpoint', 'POST /boletos',
             'status', case n when 2 then 0 else 503 end, 'latency_ms', 5210 - 333 * n
           ) order by n)
           from generate_series(0, 4) as n
         )
       from alert as a cross join lateral (select date_trunc('minute', a.opened_at) as at) as m
     )
     insert into noc.alert_events (alert_id, at, kind, severity, value)
     select alert_id, opened_at, 'opened', severity, 0.14 from alert
     returning alert_id;`,
    { company: company_cnpj, severity },
  );
}

/** Nobody asks it but the test; until then F360 answers for this company. */
export async function watchF360(company_cnpj = PADARIA): Promise<string> {
  return sql(
    `insert into noc.check_targets (service_name, company_cnpj, probe, interval_s, next_at)
     values ('f360', :'company', 'e2e', 86400, now() + interval '1 day') returning check_id;`,
    { company: company_cnpj },
  );
}

/** So many probes of that check in a row, as a worker hands them in late. */
export async function settleProbes(
  check_id: string,
  outcome: "good" | "bad",
  times: number,
): Promise<void> {
  await sql(
    `select noc.settle_check(:'check'::uuid, null, now() - make_interval(secs => n * 0.01),
       :'outcome', 90, case :'outcome' when 'bad' then 'timeout' end, '{}')
     from generate_series(:times - 1, 0, -1) as n;`,
    { check: check_id, outcome, times: String(times) },
  );
}

/**
 * The alert of that check; null before the engine has opened one. Not by its instant: a tick that
 * began before the probes were settled may open it.
 */
export async function alertOf(check_id: string): Promise<string | null> {
  const found = await sql(
    `select a.alert_id from public.noc_alerts as a
     inner join noc.check_targets as t
       on t.company_cnpj = a.company_cnpj and t.service_name = a.service
     where t.check_id = :'check' and a.code = 'service_down'
     order by a.opened_at desc limit 1;`,
    { check: check_id },
  );
  return found === "" ? null : found;
}

/** Takes the check and what came of it away again; the trail's entries stay. */
export async function dropF360(): Promise<void> {
  await sql(
    `begin;
     -- No tick runs and no worker sends meanwhile.
     select pg_advisory_xact_lock(1313817344, 1);
     lock table noc.notifications in exclusive mode;
     create temp table gone on commit drop as
     select alert_id from public.noc_alerts
     where service = 'f360' and code = 'service_down' and company_cnpj is not null;
     delete from noc.check_targets where probe = 'e2e';
     delete from public.service_health where service_name = 'f360' and company_cnpj is not null;
     delete from noc.rule_states where service = 'f360' and company_cnpj is not null;
     delete from noc.notifications where alert_id in (select alert_id from gone);
     delete from noc.alert_events where alert_id in (select alert_id from gone);
     delete from public.noc_alerts where alert_id in (select alert_id from gone);
     commit;`,
  );
}

/** A rule that nothing but `pastAlerts` opens alerts of; no catalogue has words for it. */
export const PAST_RULE = "e2e_history";

/** So many closed alerts of that rule, five hours apart, the latest two days ago. */
export async function pastAlerts(count: number, company_cnpj = PADARIA): Promise<void> {
  await sql(
    `insert into public.noc_alerts (rule_id, code, fingerprint, target, company_cnpj, service,
       severity, severity_max, state, started_at, opened_at, last_seen_at, closed_at,
       close_reason, value, last_value, threshold, unit)
     select r.rule_id, :'code', 'e2e:' || gen_random_uuid(), 'service:banks', :'company', 'banks',
       'warning', 'warning', 'closed', at, at, at + interval '34 min', at + interval '34 min',
       'recovered', 0.06, 0.02, 0.05, 'ratio'
     from public.noc_rules as r, generate_series(1, :count) as n,
       lateral (select now() - interval '2 d' - n * interval '5 h' as at) as opened
     where r.code = 'error_rate';`,
    { company: company_cnpj, code: PAST_RULE, count: String(count) },
  );
}

/** Takes every alert that was made here away again. */
export async function dropAlerts(): Promise<void> {
  await sql(
    `begin;
     -- No tick runs and no worker sends meanwhile.
     select pg_advisory_xact_lock(1313817344, 1);
     lock table noc.notifications in exclusive mode;
     create temp table gone on commit drop as
     select alert_id from public.noc_alerts where fingerprint like 'e2e:%';
     delete from noc.notifications where alert_id in (select alert_id from gone);
     delete from noc.alert_events where alert_id in (select alert_id from gone);
     delete from public.noc_alerts where alert_id in (select alert_id from gone);
     commit;`,
  );
}

/** Takes every silence away whose reason begins with "e2e:"; the trail's entries stay. */
export async function dropSilences(): Promise<void> {
  await sql(
    `delete from public.noc_silences where audit_id in (
       select audit_id from public.noc_audit where payload ->> 'note' like 'e2e:%');
     select noc.mute_alerts(now());`,
  );
}

/** The code of the rule that a test makes. */
export const NEW_RULE = "e2e_nova";

/** Takes every window away whose reason begins with "e2e:"; the trail's entries stay. */
export async function dropMaintenance(): Promise<void> {
  await sql(
    `delete from noc.maintenance_windows where title like 'e2e:%';
     select noc.mute_alerts(now());`,
  );
}

/** Takes the contacts whose name begins with "E2E", exceptions with a limit of 1850 and that rule away. */
export async function dropSettings(): Promise<void> {
  await sql(
    `delete from noc.notifications where contact_id in (
       select contact_id from noc.contacts where name like 'E2E%');
     delete from noc.contacts where name like 'E2E%';
     update public.noc_rules set enabled = false, deleted_at = now()
     where degraded_threshold = 1850 and company_cnpj is not null and deleted_at is null;
     begin;
     -- No tick runs and no worker sends meanwhile.
     select pg_advisory_xact_lock(1313817344, 1);
     lock table noc.notifications in exclusive mode;
     create temp table gone on commit drop as
     select alert_id from public.noc_alerts where code = :'code';
     delete from noc.rule_states where rule_id in (
       select rule_id from public.noc_rules where code = :'code');
     delete from noc.notifications where alert_id in (select alert_id from gone);
     delete from noc.alert_events where alert_id in (select alert_id from gone);
     delete from public.noc_alerts where alert_id in (select alert_id from gone);
     delete from noc.rule_versions where rule_id in (
       select rule_id from public.noc_rules where code = :'code');
     delete from public.noc_rules where code = :'code';
     commit;`,
    { code: NEW_RULE },
  );
}
