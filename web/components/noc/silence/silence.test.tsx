import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useAlertWork } from "@/hooks/use-alert-work";
import type { Alert, Silence } from "@/lib/noc/types";
import { TableAlerts } from "../table-alerts";
import { ago, makeAlert, makeMute, plainText, show } from "../testing";
import { fakeDatabase, refusal, showWorking } from "../work-testing";
import { Silences, type SilencesProps } from "./silences";

afterEach(cleanup);

const LATER = "2026-11-23T13:41:07.000Z"; // an hour after the tests' present
const preview = { matching: 3, critical: 1, alerts: [
  { alert_id: "1", code: "p95_latency", service: "omie", company_name: "Padaria Três Marias", severity: "critical", opened_at: ago(60) },
] };
const answers = (change: Record<string, unknown> = {}) =>
  fakeDatabase((name) =>
    name === "noc_preview_silence"
      ? { data: { server_time: ago(0), tick_at: ago(1), versions: {}, data: { ...preview, ...change } } }
      : { data: { silence_id: "s", starts_at: ago(0), ends_at: LATER, critical_until: LATER, ended_at: ago(0) } },
  );

function Opener({ alert }: { alert: Alert | null }) {
  const { askSilence } = useAlertWork();
  return <button onClick={() => askSilence(alert)}>abrir</button>;
}

// jsdom knows no modal dialog and has no layout to observe.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

function openDialog(alert: Alert | null = makeAlert(), database = answers(), me = {}) {
  showWorking(<Opener alert={alert} />, database.supabase, me);
  fireEvent.click(screen.getByRole("button", { name: "abrir" }));
  return { ...database, dialog: screen.getByRole("dialog", { name: "Silenciar alertas" }) };
}
const sent = ({ rpc }: ReturnType<typeof fakeDatabase>) =>
  rpc.mock.calls.filter(([name]) => name === "noc_silence").map(([, args]) => args);
const write = (reason: string) =>
  fireEvent.change(screen.getByRole("textbox", { name: "Motivo" }), { target: { value: reason } });
const submit = () => fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);

describe("silencing an alert", () => {
  it("says what it would silence before it is sent, and for how long on the button", async () => {
    const { dialog } = openDialog();
    expect(await within(dialog).findByText("Silencia 3 alertas abertos, 1 crítico")).toBeTruthy();
    expect(plainText(dialog)).toContain("Omie lento · Padaria Três Marias");
    expect(plainText(dialog)).toContain("e mais 2");
    expect(plainText(dialog)).toContain("Vale até 10:41.");
    expect(plainText(within(dialog).getByRole("button", { name: /^Silenciar/ }))).toBe(
      "Silenciar 3 alertas por 1 h",
    );
  });

  it("is this alert alone, its rule or its service in its company, as chosen", async () => {
    const database = answers();
    openDialog(makeAlert(), database);
    write("deploy do ERP");
    submit();
    await waitFor(() => expect(sent(database)).toHaveLength(1));
    expect(sent(database)[0]).toEqual({
      matchers: [{ field: "alert_id", op: "=", value: "alert-1" }],
      ends_at: LATER,
      reason: "deploy do ERP",
      starts_at: null,
      end_on_resolve: true,
    });
    expect(await screen.findByText("Silenciado até 10:41.")).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it.each([
    [/^Esta regra nesta empresa/, [["company_cnpj", "11222333000181"], ["code", "p95_latency"]]],
    [/^Este serviço nesta empresa/, [["company_cnpj", "11222333000181"], ["service", "omie"]]],
  ])("asks for %s", async (name, fields) => {
    const database = answers();
    openDialog(makeAlert(), database);
    fireEvent.click(screen.getByRole("radio", { name }));
    write("x");
    submit();
    await waitFor(() => expect(sent(database)).toHaveLength(1));
    const matchers = fields.map(([field, value]) => ({ field, op: "=", value }));
    expect(sent(database)[0]).toMatchObject({ matchers });
  });

  it("needs a reason", () => {
    const database = answers();
    openDialog(makeAlert(), database);
    submit();
    expect(screen.getByRole("alert").textContent).toContain("Escreva o motivo");
    expect(sent(database)).toHaveLength(0);
  });

  it("offers a week to an admin alone, and tells a franqueado how long critical ones stay", () => {
    openDialog();
    expect(screen.queryByRole("radio", { name: /7.d/ })).toBeNull();
    fireEvent.click(screen.getByRole("radio", { name: "24 h" }));
    expect(plainText(screen.getByRole("dialog"))).toContain("Os críticos, só até 13:41.");
    cleanup();
    openDialog(makeAlert(), answers(), { role: "admin" });
    fireEvent.click(screen.getByRole("radio", { name: /7.d/ }));
    expect(plainText(screen.getByRole("dialog"))).not.toContain("Os críticos");
  });

  it("keeps what was written when it is refused, and says why", async () => {
    const database = fakeDatabase((name) =>
      name === "noc_silence" ? refusal("PT400", "ends_at") : { data: null },
    );
    openDialog(makeAlert(), database);
    write("deploy");
    submit();
    expect((await screen.findAllByText(/O tempo passa do que seu papel pode/)).length).toBe(1);
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Motivo" }).value).toBe("deploy");
  });

  it("without an alert waits for a condition", async () => {
    const database = answers({ matching: 0, critical: 0, alerts: [] });
    const { dialog } = openDialog(null, database);
    expect(plainText(dialog)).toContain("Escolha ao menos uma condição.");
    const button = within(dialog).getByRole<HTMLButtonElement>("button", { name: /^Silenciar por/ });
    expect(button.disabled).toBe(true);
    fireEvent.change(within(dialog).getByRole("combobox", { name: "Regra" }), {
      target: { value: "error_rate" },
    });
    expect(await within(dialog).findByText(/Nenhum alerta aberto agora/)).toBeTruthy();
    expect(button.disabled).toBe(false);
  });
});

describe("muted alerts", () => {
  const muted = (kind: "silence" | "maintenance" | "inhibition", change = {}) =>
    makeAlert({ alert_id: kind, muted_by: makeMute(kind, change) });

  it("are folded under the list by cause, and not counted", () => {
    show(
      <TableAlerts
        alerts={[
          makeAlert(),
          muted("silence", { until: LATER, reason: "deploy" }),
          muted("inhibition", { code: "service_down", service: "omie" }),
        ]}
      />,
    );
    expect(screen.getByRole("img", { name: "1 alerta aberto" })).toBeTruthy();
    const groups = screen.getAllByRole("group").map(plainText);
    expect(groups[0]).toMatch(/^1 silenciado.*deploy.*até 10:41$/);
    expect(groups[1]).toMatch(/^1 suprimido por Omie não responde/);
  });

  it("alone are no calm", () => {
    show(<TableAlerts alerts={[muted("maintenance")]} calm calmSince={null} />);
    const list = screen.getByRole("region", { name: "Alertas ativos" });
    expect(plainText(list)).toContain("Nenhum alerta pede ação");
    expect(plainText(list)).toContain("1 em manutenção");
    expect(plainText(list)).not.toContain("Tudo normal");
  });

  it("open their drawer", () => {
    const onOpen = vi.fn();
    show(<TableAlerts alerts={[muted("silence")]} onOpen={onOpen} />);
    fireEvent.click(screen.getByRole("button", { name: /^Abrir alerta/, hidden: true }));
    expect(onOpen).toHaveBeenCalledOnce();
  });

  it("of an incident stand under it", () => {
    const incident = makeAlert({ alert_id: "i", incident: true, parts: 2, company_name: null, company_cnpj: null });
    const part = (alert_id: string) => makeAlert({ alert_id, parent_id: "i" });
    show(<TableAlerts alerts={[incident, part("a"), part("b")]} />);
    expect(screen.getByRole("img", { name: "1 alerta aberto" })).toBeTruthy();
    expect(plainText(screen.getByRole("group"))).toMatch(/^2 agrupados em Omie lento em 2 empresas/);
  });
});

const silence = (change: Partial<Silence> = {}): Silence => ({
  kind: "silence",
  id: "s1",
  company_cnpj: "11222333000181",
  company_name: "Padaria Três Marias",
  group_id: null,
  group_name: null,
  starts_at: ago(600),
  ends_at: LATER,
  active: true,
  reason: "deploy do ERP",
  by: "ana@noc.local",
  muting: 2,
  can_edit: true,
  matchers: [
    { field: "code", op: "=", value: "p95_latency" },
    { field: "company_cnpj", op: "=", value: "11222333000181" },
    { field: "severity", op: "!=", value: "critical" },
  ],
  critical_until: LATER,
  end_on_resolve: true,
  ...change,
});
describe("the list of silences", () => {
  function list(entries: SilencesProps["entries"], database = answers()) {
    showWorking(
      <Silences
        entries={entries}
        condition={{ kind: "ready" }}
        companies={[]}
        ended={false}
        onEnded={vi.fn()}
        onView={vi.fn()}
      />,
      database.supabase,
    );
    return database;
  }
  const rows = () => screen.getAllByRole("listitem").map(plainText);

  it("says what, why, who, until when and how many alerts it mutes", () => {
    list([silence(), silence({ id: "s2", ends_at: ago(60), active: false })]);
    expect(rows()[0]).toContain("Latência p95 · Padaria Três Marias · gravidade diferente de Fora");
    expect(rows()[0]).toContain("“deploy do ERP” · por ana@noc.local · termina quando fechar");
    expect(rows()[0]).toContain("2 alertasexpira em 1 hEncerrar");
    expect(rows()[1]).toContain("terminou 09:40");
    expect(rows()[1]).not.toContain("Encerrar");
  });

  it("ends one, and says that people are told again", async () => {
    const { rpc } = list([silence()]);
    fireEvent.click(screen.getByRole("button", { name: /^Encerrar/ }));
    expect(await screen.findByText("Silêncio encerrado: os alertas voltam a avisar.")).toBeTruthy();
    expect(rpc).toHaveBeenCalledWith("noc_end_silence", { silence_id: "s1" });
  });

  it("says why one could not be ended", async () => {
    list([silence()], fakeDatabase(() => refusal("PT409", "already_ended")));
    fireEvent.click(screen.getByRole("button", { name: /^Encerrar/ }));
    expect(await screen.findByText(/Já tinha terminado/)).toBeTruthy();
  });

  it("offers a new one where there is none", () => {
    list([]);
    expect(screen.getByText("Nenhum silêncio em vigor")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Novo silêncio" }));
    expect(screen.getByRole("dialog", { name: "Silenciar alertas" })).toBeTruthy();
  });
});
