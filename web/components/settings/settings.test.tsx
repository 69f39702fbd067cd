import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Contact, NocRule, Notification } from "@/lib/noc/types-settings";
import { ago, plainText } from "../noc/testing";
import { fakeDatabase, makeMe, refusal, showWorking } from "../noc/work-testing";
import { Contacts } from "./contacts";
import { Notices } from "./notices";
import { Rules } from "./rules";

afterEach(cleanup);
// jsdom knows no modal dialog and has no layout to observe.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
vi.mock("next/link", () => ({
  default: ({ href, children }: { href: string; children: React.ReactNode }) => (
    <a href={href}>{children}</a>
  ),
}));

const PADARIA = "11222333000181";
const me = makeMe({
  companies: [
    { company_cnpj: PADARIA, name: "Padaria Três Marias", group_id: "g", active: true },
    { company_cnpj: "12ABC34501DE35", name: "Farmácia Ipê", group_id: "g", active: true },
  ],
  groups: [{ group_id: "g", name: "Grupo Ipê", company_count: 2 }],
});
const framed = (data: unknown) => ({
  data: { server_time: ago(0), tick_at: ago(1), versions: {}, data },
});
const sent = ({ rpc }: ReturnType<typeof fakeDatabase>, name: string) =>
  rpc.mock.calls.filter(([called]) => called === name).map(([, args]) => args);

const ana: Contact = {
  contact_id: "c1",
  name: "Ana Lima",
  email: "ana@empresa.br",
  phone: "•••••-8888",
  language: "pt-BR",
  role: "franqueado",
  company_cnpj: null,
  group_id: "g",
  user_id: null,
  email_from: "warning",
  whatsapp_from: "critical",
  escalation_step: 1,
  opted_in: false,
  quiet_from: "22:00",
  quiet_until: "07:00",
  email_broken: null,
  whatsapp_broken: "undeliverable",
};

describe("contacts", () => {
  const database = (contacts: Contact[], write: Parameters<typeof fakeDatabase>[0] = () => ({ data: {} })) =>
    fakeDatabase((name) => (name === "noc_list_contacts" ? framed({ contacts }) : write(name)));
  const open = async (db: ReturnType<typeof fakeDatabase>) => {
    showWorking(<Contacts me={me} />, db.supabase);
    await screen.findByRole("button", { name: "Novo contato" });
    return db;
  };

  it("say who is told of what, by which channel, and which one is broken", async () => {
    await open(database([ana]));
    const row = plainText(screen.getByRole("listitem"));
    expect(row).toContain("Franqueado · Grupo Ipê · avisado se ninguém reconhecer");
    expect(row).toContain("avisos de Degradado esperam de 22:00 a 07:00");
    expect(row).toContain("ana@empresa.br, a partir de Degradado");
    expect(row).toContain("•••••-8888, a partir de Fora");
    expect(row).toContain("recusado pelo provedor (undeliverable)");
  });

  it("are tested by one click, and a limit is said", async () => {
    const db = await open(database([ana], () => refusal("PT429", "test_limit")));
    fireEvent.click(screen.getByRole("button", { name: "Testar WhatsApp de Ana Lima" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Até 3 testes por hora");
    expect(sent(db, "noc_test_contact")).toEqual([{ contact_id: "c1", channel: "whatsapp" }]);
  });

  it("are edited without touching the phone that is masked", async () => {
    const db = await open(database([ana]));
    fireEvent.click(screen.getByRole("button", { name: "Editar Ana Lima" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Nome" }), { target: { value: "Ana Reis" } });
    fireEvent.change(screen.getByRole("combobox", { name: "WhatsApp a partir de" }), {
      target: { value: "" },
    });
    fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);
    expect(await screen.findByText("Contato gravado.")).toBeTruthy();
    expect(sent(db, "noc_save_contact")[0]).toMatchObject({
      contact_id: "c1",
      name: "Ana Reis",
      phone: "•••••-8888",
      whatsapp_from: null,
      group_id: "g",
    });
  });

  it("say what is wrong beside the field, and keep what was written", async () => {
    await open(database([], () => refusal("PT400", "email")));
    fireEvent.click(screen.getByRole("button", { name: "Novo contato" }));
    const name = screen.getByRole<HTMLInputElement>("textbox", { name: "Nome" });
    fireEvent.change(name, { target: { value: "Rui" } });
    fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);
    expect((await screen.findByRole("alert")).textContent).toContain("Escreva um e-mail válido");
    expect(screen.getByRole("textbox", { name: "E-mail" }).getAttribute("aria-invalid")).toBe("true");
    expect(name.value).toBe("Rui");
  });

  it("are deleted by a second click alone", async () => {
    const db = await open(database([ana]));
    fireEvent.click(screen.getByRole("button", { name: "Excluir Ana Lima" }));
    expect(sent(db, "noc_delete_contact")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Excluir mesmo" }));
    expect(await screen.findByText(/Contato excluído/)).toBeTruthy();
  });

  it("say what to do where there is none", async () => {
    await open(database([]));
    expect(screen.getByText("Ninguém é avisado ainda")).toBeTruthy();
  });
});

describe("sent notices", () => {
  const notice = (change: Partial<Notification>): Notification => ({
    notification_id: "n1",
    alert_id: "a1",
    event: "opened",
    channel: "whatsapp",
    severity: "critical",
    company_cnpj: PADARIA,
    role: "franqueado",
    name: "Ana Lima",
    recipient: "•••••-8888",
    state: "sent",
    reason: null,
    created_at: ago(60),
    run_at: ago(60),
    done_at: ago(50),
    ...change,
  });

  it("say what was told to whom, what did not go out, and how the channels stand", async () => {
    const db = fakeDatabase(() =>
      framed({
        notifications: [
          notice({}),
          notice({ notification_id: "n2", state: "dead", reason: "undeliverable", event: "brand_new" }),
          notice({ notification_id: "n3", name: null, recipient: null, state: "unknown" }),
        ],
        channels: [
          { channel: "email", configured: null, waiting: 2, sent: 12, unknown: 0, dead: 1, last_sent_at: null },
        ],
      }),
    );
    showWorking(<Notices />, db.supabase);
    const rows = (await screen.findAllByRole("row")).slice(1).map(plainText);
    expect(rows[0]).toContain("Alerta abriu · WhatsApp");
    expect(rows[0]).toContain("Ana Lima · •••••-8888enviado");
    expect(rows[1]).toContain("Brand new");
    expect(rows[1]).toContain("não saiu (undeliverable)");
    expect(rows[2]).toContain("contato de outra equipetalvez enviado");
    const panel = plainText(screen.getByRole("region", { name: "Avisos enviados" }));
    expect(panel).toContain("E-mailsem sinal do enviador12 enviados em 24 h · 2 na fila · 1 não saiu");
  });
});

const rule = (change: Partial<NocRule> = {}): NocRule => ({
  rule_id: "r1",
  code: "p95_latency",
  metric: "p95_ms",
  scope_kind: "company_service",
  comparator: "above",
  service: null,
  excluded_services: [],
  company_cnpj: null,
  group_id: null,
  degraded_threshold: 1200,
  down_threshold: 2000,
  degraded_clear: 1000,
  down_clear: 1700,
  for_degraded_s: 180,
  for_down_s: 120,
  keep_firing_s: 180,
  reopen_s: 900,
  over_s: 300,
  min_samples: 20,
  no_data: "keep_last",
  enabled: true,
  version: 7,
  updated_at: null,
  unit: "ms",
  can_edit: true,
  in_force: true,
  ...change,
});
const metrics = [
  { metric: "p95_ms", unit: "ms", scope_kind: "company_service", comparator: "above", family: "traffic" },
];

describe("rules", () => {
  const answers = (rules: NocRule[], save: Parameters<typeof fakeDatabase>[0] = () => ({ data: rule({ version: 8 }) })) =>
    fakeDatabase((name) => {
      if (name === "noc_list_rules") return framed({ rules, metrics });
      if (name === "noc_backtest_rule") {
        const alerts = [
          { service: "omie", severity_max: "warning", started_at: ago(900), opened_at: ago(600), closed_at: ago(0), reopen_count: 0, peak_value: 1840 },
        ];
        return framed({ from: ago(86_400 * 30), to: ago(0), company_cnpj: PADARIA, opened: 4, critical: 1, open_s: 5400, alerts });
      }
      return save(name);
    });
  const open = async (db: ReturnType<typeof fakeDatabase>) => {
    showWorking(<Rules me={me} />, db.supabase);
    await screen.findByRole("textbox", { name: /^Limite Degradado/ });
    return db;
  };
  const gap = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name });
  const write = (name: string, value: string) => fireEvent.change(gap(name), { target: { value } });

  it("are one sentence with their numbers in it", async () => {
    await open(answers([rule()]));
    const card = screen.getByRole("region", { name: "Latência p95" });
    expect(plainText(card)).toContain("Quando o p95 da latência de todos os serviços em todas as empresas");
    expect(gap("Limite Degradado, ms").value).toBe("1200");
    expect(gap("Tempo até Fora, min").value).toBe("2");
  });

  it("are tried on the past before they are published", async () => {
    const db = await open(answers([rule()]));
    expect(await screen.findByText("Teria disparado 4× em 30 d.")).toBeTruthy();
    expect(plainText(screen.getByRole("region", { name: "Ensaio" }))).toContain("1 Fora · 1 h 30 min em alerta ao todo");
    write("Limite Degradado, ms", "1450");
    await waitFor(() => expect(sent(db, "noc_backtest_rule").length).toBeGreaterThan(1), { timeout: 3000 });
    expect(sent(db, "noc_backtest_rule")).toContainEqual({
      rule: { rule_id: "r1", degraded_threshold: 1450 },
      company_cnpj: PADARIA,
      days: 30,
    });
    expect(await screen.findByText(/Como está hoje, 4×/)).toBeTruthy();
  });

  it("are published as their next version", async () => {
    const db = await open(answers([rule()]));
    write("Limite Degradado, ms", "1450");
    const [publish] = screen.getAllByRole("button", { name: "Publicar v8" });
    fireEvent.click(publish as Element);
    expect(await screen.findByText("Regra publicada: v8 vale a partir de agora.")).toBeTruthy();
    expect(sent(db, "noc_save_rule")).toEqual([
      { rule: { rule_id: "r1", version: 7, degraded_threshold: 1450 } },
    ]);
  });

  it("are not published with a gap that holds no number", async () => {
    await open(answers([rule()]));
    write("Amostras mínimas", "vinte");
    expect(gap("Amostras mínimas").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getAllByRole<HTMLButtonElement>("button", { name: "Publicar v8" })[0]?.disabled).toBe(true);
    expect(await screen.findByText(/Preencha com um número/)).toBeTruthy();
  });

  it("say that somebody was faster, and keep what was written", async () => {
    await open(answers([rule()], () => refusal("PT409", "version_conflict")));
    write("Limite Fora, ms", "2500");
    fireEvent.click(screen.getAllByRole("button", { name: "Publicar v8" })[0] as Element);
    expect((await screen.findByRole("alert")).textContent).toContain("Alguém publicou outra versão");
    expect(gap("Limite Fora, ms").value).toBe("2500");
  });

  it("of everybody are locked to a franqueado, who makes an exception for a company", async () => {
    const db = await open(answers([rule({ can_edit: false })]));
    expect(gap("Limite Degradado, ms").readOnly).toBe(true);
    expect(screen.getByText(/só admin a muda/)).toBeTruthy();
    fireEvent.change(screen.getByRole("combobox", { name: "Exceção para" }), {
      target: { value: "12ABC34501DE35" },
    });
    write("Limite Degradado, ms", "1800");
    fireEvent.click(screen.getAllByRole("button", { name: "Publicar exceção" })[0] as Element);
    await waitFor(() => expect(sent(db, "noc_save_rule")).toHaveLength(1));
    expect(sent(db, "noc_save_rule")[0]).toEqual({
      rule: { code: "p95_latency", service: null, company_cnpj: "12ABC34501DE35", degraded_threshold: 1800 },
    });
  });

  it("of one company stand under the rule that they override, and can be taken back", async () => {
    const own = rule({ rule_id: "r2", company_cnpj: PADARIA, degraded_threshold: 1800 });
    const db = await open(answers([own, rule()]));
    const list = screen.getByRole("region", { name: "Regras" });
    const items = within(list).getAllByRole("button");
    expect(items.map(plainText)).toEqual([
      "Latência p951.200 ms · 2.000 ms",
      "Padaria Três Marias1.800 ms · 2.000 ms",
    ]);
    fireEvent.click(items[1] as Element);
    fireEvent.click(screen.getByRole("button", { name: "Remover exceção" }));
    expect(await screen.findByText(/Exceção removida/)).toBeTruthy();
    expect(sent(db, "noc_delete_rule")).toEqual([{ rule_id: "r2" }]);
  });

  it("of what is not stored have no backtest, and say so", async () => {
    await open(answers([rule({ metric: "queue_pending", unit: "count" })]));
    expect(screen.getByText(/O ensaio vale para regras de tráfego/)).toBeTruthy();
  });
});
