import type { SupabaseClient } from "@supabase/supabase-js";
import { orAbort } from "@/lib/deadline";
import { asNocError, errorOf, NocError } from "./error";
import type {
  Acknowledged,
  Answer,
  Badge,
  Closed,
  DataSource,
  Filter,
  HistoryPage,
  Maintained,
  Maintenance,
  MaintenancePreview,
  Matcher,
  Matrix,
  Me,
  Overview,
  Series,
  Silence,
  Silenced,
  SilencePreview,
  Timeline,
} from "./types";
import type { WindowWish } from "./maintenance";
import type {
  Backtest,
  Channel,
  Contact,
  ContactDraft,
  NocRule,
  Notifications,
  RuleDraft,
  Rules,
  UnknownOutcome,
} from "./types-settings";

/** Milliseconds after which a call counts as unanswered, the wait for a token included. */
export const CALL_DEADLINE_MS = 6_000;
/** A whole file, and a month judged anew, take longer than a page. */
const LONG_DEADLINE_MS = 30_000;

/** Anything that is not an answer is thrown as a NocError. */
export async function call(
  supabase: SupabaseClient,
  name: string,
  args: Record<string, unknown>,
  signal?: AbortSignal,
  deadline = CALL_DEADLINE_MS,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(deadline);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    const { data, error, status } = await orAbort(
      supabase.rpc(name, args).abortSignal(either),
      either,
    );
    if (error) throw errorOf(error, status);
    return data as unknown;
  } catch (thrown) {
    throw asNocError(thrown);
  }
}

function isAnswer<T>(value: unknown): value is Answer<T> {
  if (typeof value !== "object" || value === null) return false;
  const { server_time: time, versions, data } = value as Record<string, unknown>;
  return typeof time === "string" && typeof versions === "object" && data !== undefined;
}

/** A read in its envelope. */
export async function read<T>(
  supabase: SupabaseClient,
  name: string,
  args: Record<string, unknown>,
  signal?: AbortSignal,
  deadline?: number,
): Promise<Answer<T>> {
  const value = await call(supabase, name, args, signal, deadline);
  if (!isAnswer<T>(value)) throw new NocError("malformed", `${name}: no envelope`, "SHAPE");
  return { ...value, versions: value.versions ?? {} };
}

/** Who the caller is and what may be filtered by. */
export function readMe(supabase: SupabaseClient, signal?: AbortSignal): Promise<Answer<Me>> {
  return read(supabase, "noc_me", {}, signal);
}

/** The worst of what the caller sees; small enough to ask every few seconds. */
export function readBadge(supabase: SupabaseClient, signal?: AbortSignal): Promise<Answer<Badge>> {
  return read(supabase, "noc_badge", {}, signal);
}

/** Throws NocError PT404 for a company or group that is not the caller's. */
export function readOverview(
  supabase: SupabaseClient,
  filter: Filter,
  signal?: AbortSignal,
): Promise<Answer<Overview>> {
  return read(supabase, "noc_overview", { ...filter }, signal);
}

/** Throws NocError PT404 for a company or group that is not the caller's. */
export function readMatrix(
  supabase: SupabaseClient,
  filter: Filter,
  signal?: AbortSignal,
): Promise<Answer<Matrix>> {
  return read(supabase, "noc_matrix", { ...filter }, signal);
}

/** Throws NocError PT404 for a company or group that is not the caller's. */
export function readSeries(
  supabase: SupabaseClient,
  filter: Filter,
  signal?: AbortSignal,
): Promise<Answer<Series>> {
  return read(supabase, "noc_series", { ...filter }, signal);
}

/** Throws NocError PT404 alert_not_found for a foreign alert as for none. */
export function readTimeline(
  supabase: SupabaseClient,
  alert_id: string,
  signal?: AbortSignal,
): Promise<Answer<Timeline>> {
  return read(supabase, "noc_timeline", { alert_id }, signal);
}

/** What of all alerts is asked for; null asks for nothing. Times are ISO 8601. */
export interface HistoryQuestion {
  company_cnpj: string | null;
  group_id: string | null;
  service: string | null;
  severity: string | null;
  state: string | null;
  code: string | null;
  from: string | null;
}

/** Of every company that the caller sees. */
export function readSources(
  supabase: SupabaseClient,
  signal?: AbortSignal,
): Promise<Answer<DataSource[]>> {
  return read(supabase, "noc_data_source", {}, signal);
}

/** The page after `cursor`; null: the first. Throws PT404 for a foreign scope, PT400. */
export function readHistory(
  supabase: SupabaseClient,
  question: HistoryQuestion,
  cursor: string | null,
  max: number,
  signal?: AbortSignal,
): Promise<Answer<HistoryPage>> {
  return read(supabase, "noc_alert_history", { ...question, cursor, max }, signal);
}

/** Every row that the question leaves, as CSV. Throws PT400 rows beyond the most of one file. */
export async function exportAlerts(
  supabase: SupabaseClient,
  question: HistoryQuestion,
): Promise<string> {
  const args = { kind: "alerts", ...question };
  const text = await call(supabase, "noc_export_csv", args, undefined, LONG_DEADLINE_MS);
  if (typeof text !== "string") throw new NocError("malformed", "noc_export_csv: no text", "SHAPE");
  return text;
}

/** `minutes` null: as long as the severity asks for. Throws PT400, PT403, PT404, PT409. */
export async function ackAlert(
  supabase: SupabaseClient,
  alert_id: string,
  note: string | null,
  minutes: number | null,
): Promise<Acknowledged> {
  return (await call(supabase, "noc_ack_alert", { alert_id, note, minutes })) as Acknowledged;
}

/** Throws PT400 reason, PT403, PT404, PT409. */
export async function closeAlert(
  supabase: SupabaseClient,
  alert_id: string,
  reason: string,
): Promise<Closed> {
  return (await call(supabase, "noc_close_alert", { alert_id, reason })) as Closed;
}

/** A word for the timeline, on closed alerts too. Throws PT400 note, PT403, PT404. */
export async function commentAlert(
  supabase: SupabaseClient,
  alert_id: string,
  note: string,
): Promise<void> {
  await call(supabase, "noc_comment_alert", { alert_id, note });
}

/** Makes a person responsible; null: nobody. Throws PT400 assignee, PT403, PT404. */
export async function assignAlert(
  supabase: SupabaseClient,
  alert_id: string,
  assignee: string | null,
): Promise<void> {
  await call(supabase, "noc_assign_alert", { alert_id, assignee });
}

/** Silences and maintenance windows of what the caller operates, those in force first. */
export function readSilences(
  supabase: SupabaseClient,
  include_ended: boolean,
  signal?: AbortSignal,
): Promise<Answer<(Silence | Maintenance)[]>> {
  return read(supabase, "noc_list_silences", { include_ended }, signal);
}

/** What a silence of these matchers would do now. Throws PT400 matchers, PT404. */
export function readSilencePreview(
  supabase: SupabaseClient,
  matchers: readonly Matcher[],
  signal?: AbortSignal,
): Promise<Answer<SilencePreview>> {
  return read(supabase, "noc_preview_silence", { matchers }, signal);
}

/** From now until `ends_at`. Throws PT400 matchers | ends_at | reason, PT404. */
export async function silence(
  supabase: SupabaseClient,
  asked: { matchers: readonly Matcher[]; ends_at: string; reason: string; end_on_resolve: boolean },
): Promise<Silenced> {
  return (await call(supabase, "noc_silence", { ...asked, starts_at: null })) as Silenced;
}

/** Throws PT404 silence_not_found, PT409 already_ended. */
export async function endSilence(supabase: SupabaseClient, silence_id: string): Promise<void> {
  await call(supabase, "noc_end_silence", { silence_id });
}

/** What a window would do. Throws PT400 naming the field, PT404. */
export function readMaintenancePreview(
  supabase: SupabaseClient,
  maintenance: WindowWish,
  signal?: AbortSignal,
): Promise<Answer<MaintenancePreview>> {
  return read(supabase, "noc_preview_maintenance", { maintenance }, signal);
}

/** Throws PT400 naming the field, PT404, PT409 already_ended. */
export async function saveMaintenance(
  supabase: SupabaseClient,
  maintenance: WindowWish,
): Promise<Maintained> {
  return (await call(supabase, "noc_save_maintenance", { maintenance })) as Maintained;
}

/** For ever, or the time that is open alone. Throws PT404, PT409 already_ended | not_open. */
export async function endMaintenance(
  supabase: SupabaseClient,
  window_id: string,
  only_now: boolean,
): Promise<void> {
  await call(supabase, "noc_end_maintenance", { window_id, only_now });
}

/** Contacts that the caller looks after. */
export function readContacts(
  supabase: SupabaseClient,
  signal?: AbortSignal,
): Promise<Answer<{ contacts: Contact[] }>> {
  return read(supabase, "noc_list_contacts", {}, signal);
}

/** The whole contact; a phone as listed, masked, leaves the one that is kept. Throws PT400, PT404. */
export async function saveContact(supabase: SupabaseClient, contact: ContactDraft): Promise<Contact> {
  return (await call(supabase, "noc_save_contact", { ...contact })) as Contact;
}

/** Forgets the person. Throws PT404. */
export async function deleteContact(supabase: SupabaseClient, contact_id: string): Promise<void> {
  await call(supabase, "noc_delete_contact", { contact_id });
}

/** Sends a message that says that it is a test. Throws PT404, PT429 test_limit. */
export async function testContact(
  supabase: SupabaseClient,
  contact_id: string,
  channel: Channel,
): Promise<void> {
  await call(supabase, "noc_test_contact", { contact_id, channel });
}

/** The last messages of what the caller operates. Throws PT404. */
export function readNotifications(
  supabase: SupabaseClient,
  signal?: AbortSignal,
): Promise<Answer<Notifications>> {
  return read(supabase, "noc_list_notifications", {}, signal);
}

/** A person's word on what was cut off. Throws PT400 reason, PT404, PT409 not_unknown | content_gone. */
export async function resolveUnknown(
  supabase: SupabaseClient,
  kind: "notification" | "message",
  id: string,
  outcome: UnknownOutcome,
  reason: string,
): Promise<void> {
  await call(supabase, "noc_resolve_unknown", { kind, id, outcome, reason });
}

/** The rules that judge what the caller operates. Throws PT404. */
export function readRules(supabase: SupabaseClient, signal?: AbortSignal): Promise<Answer<Rules>> {
  return read(supabase, "noc_list_rules", {}, signal);
}

/** Only what is sent is changed. Throws PT400, PT404, PT409 version_conflict. */
export async function saveRule(supabase: SupabaseClient, rule: RuleDraft): Promise<NocRule> {
  return (await call(supabase, "noc_save_rule", { rule })) as NocRule;
}

/** An override alone. Throws PT404. */
export async function deleteRule(supabase: SupabaseClient, rule_id: string): Promise<void> {
  await call(supabase, "noc_delete_rule", { rule_id });
}

/** What the rule would have done to a company or the platform (null); saves nothing. Throws PT400, PT404. */
export function readBacktest(
  supabase: SupabaseClient,
  rule: RuleDraft,
  company_cnpj: string | null,
  days: number,
  signal?: AbortSignal,
): Promise<Answer<Backtest>> {
  const args = { rule, company_cnpj, days };
  return read(supabase, "noc_backtest_rule", args, signal, LONG_DEADLINE_MS);
}

/** Marks the caller's session as seen. */
export async function touchSession(supabase: SupabaseClient, signal?: AbortSignal): Promise<void> {
  await call(supabase, "noc_touch_session", {}, signal);
}
