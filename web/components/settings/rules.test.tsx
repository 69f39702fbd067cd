import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backtest, NocRule, RuleMetric, Rules as Listed } from "@/lib/noc/types-settings";
import { ago, plainText } from "../noc/testing";
import { fakeDatabase, makeMe, refusal, showWorking } from "../noc/work-testing";
import { Rules } from "./rules";

beforeEach(() => {
  // jsdom has no layout: every box is as large as a chart.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(0, 0, 460, 212),
  );
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(460);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(212);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
vi.mock("next/link", () => ({
  default: ({ href, children }: { href: string; children: React.ReactNode }) => (
    <a href={href}>{children}</a>
  ),
}));

const PADARIA = "11222333000181";
const FARMACIA = "12ABC34501DE35";
const me = makeMe({
  companies: [
    { company_cnpj: PADARIA, name: "Padaria Três Marias", group_id: "g", active: true },
    { company_cnpj: FARMACIA, name: "Farmácia Ipê", group_id: "g", active: true },
  ],
  groups: [{ group_id: "g", name: "Grupo Ipê", company_count: 2 }],
  services: [
    { service_name: "llm", kind: "llm", shared: true },
    { service_name: "omie", kind: "erp", shared: true },
  ],
});
const framed = (data: unknown) => ({
  data: { server_time: ago(0), tick_at: ago(1), versions: {}, data },
});
const sent = ({ rpc }: ReturnType<typeof fakeDatabase>, name: string) =>
  rpc.mock.calls.filter(([called]) => called === name).map(([, args]) => args);

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
  channels: null,
  runbook_url: null,
  owner: null,
  enabled: true,
  version: 7,
  updated_at: null,
  unit: "ms",
  can_edit: true,
  in_force: true,
  health: null,
  ...change,
});
const metrics: RuleMetric[] = [
  { metric: "p95_ms", unit: "ms", scope_kind: "company_service", comparator: "above", family: "traffic", history: "calls" },
  { metric: "queue_pending", unit: "count", scope_kind: "company", comparator: "above", family: "queue", history: null },
  { metric: "connections_ratio", unit: "ratio", scope_kind: "platform", comparator: "above", family: "platform", history: "samples" },
];
const franqueado = { everybody: false, groups: ["g"], companies: [PADARIA, FARMACIA] };
const admin = { ...franqueado, everybody: true };

const replay = (change: Partial<Backtest> = {}): Backtest => ({
  from: ago(86_400 * 30),
  to: ago(0),
  company_cnpj: PADARIA,
  opened: 4,
  critical: 1,
  open_s: 2880,
  alerts: [
    { service: "omie", severity_max: "warning", started_at: ago(900), opened_at: ago(600), closed_at: ago(0), reopen_count: 0, peak_value: 1840 },
  ],
  series: { step_s: 7200, services: [{ service: "omie", values: [300, null, 1840] }, { service: "f360", values: [200] }] },
  ...change,
});

type Reply = ReturnType<Parameters<typeof fakeDatabase>[0]>;
interface World {
  rules?: NocRule[];
  scopes?: Listed["scopes"];
  save?: () => Reply;
  trial?: () => Reply;
}

const answers = ({ rules = [rule()], scopes = franqueado, save, trial }: World = {}) =>
  fakeDatabase((name) => {
    if (name === "noc_list_rules") return framed({ rules, metrics, scopes });
    if (name === "noc_backtest_rule") return trial?.() ?? framed(replay());
    return save?.() ?? { data: rule({ version: 8 }) };
  });
const open = async (db: ReturnType<typeof fakeDatabase>) => {
  showWorking(<Rules me={me} />, db.supabase);
  await screen.findByRole("region", { name: "Ensaio" });
  return db;
};
const gap = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name });
const write = (name: string, value: string) => fireEvent.change(gap(name), { target: { value } });
const button = (name: string) => screen.getAllByRole<HTMLButtonElement>("button", { name })[0] as HTMLButtonElement;
const choose = (label: string, value: string) =>
  fireEvent.change(screen.getByRole("combobox", { name: label }), { target: { value } });
const tick = (name: string) => fireEvent.click(screen.getByRole("checkbox", { name }));
const panel = (name: string) => screen.getByRole("region", { name });

describe("rules", () => {
  it("are one sentence with their numbers in it", async () => {
    await open(answers());
    expect(plainText(panel("Latência p95"))).toContain(
      "Quando o p95 da latência de todos os serviços em todas as empresas",
    );
    expect(gap("Limite Degradado, ms").value).toBe("1200");
    expect(gap("Tempo até Fora, min").value).toBe("2");
  });

  it("are published as their next version", async () => {
    const db = await open(answers());
    write("Limite Degradado, ms", "1450");
    fireEvent.click(button("Publicar v8"));
    expect(await screen.findByText("Regra publicada: v8 vale a partir de agora.")).toBeTruthy();
    expect(sent(db, "noc_save_rule")).toEqual([
      { rule: { rule_id: "r1", version: 7, degraded_threshold: 1450 } },
    ]);
  });

  it("are not published with a gap that holds no number", async () => {
    await open(answers());
    write("Amostras mínimas", "vinte");
    expect(gap("Amostras mínimas").getAttribute("aria-invalid")).toBe("true");
    expect(button("Publicar v8").disabled).toBe(true);
    expect(await screen.findByText(/Preencha com números/)).toBeTruthy();
  });

  it("say that somebody was faster, and keep what was written", async () => {
    await open(answers({ save: () => refusal("PT409", "version_conflict") }));
    write("Limite Fora, ms", "2500");
    fireEvent.click(button("Publicar v8"));
    expect((await screen.findByRole("alert")).textContent).toContain("Alguém publicou outra versão");
    expect(gap("Limite Fora, ms").value).toBe("2500");
  });

  it("name the channels that their alerts are told by, and never none", async () => {
    const db = await open(answers());
    tick("WhatsApp");
    tick("E-mail");
    expect(screen.getByText(/Deixe ao menos um canal/)).toBeTruthy();
    expect(button("Publicar v8").disabled).toBe(true);
    tick("E-mail");
    fireEvent.click(button("Publicar v8"));
    await waitFor(() => expect(sent(db, "noc_save_rule")).toHaveLength(1));
    expect(sent(db, "noc_save_rule")[0]).toEqual({ rule: { rule_id: "r1", version: 7, channels: ["email"] } });
  });

  it("say what is wrong with a runbook beside its field", async () => {
    await open(answers({ save: () => refusal("PT400", "runbook_url") }));
    write("Runbook (o que fazer)", "http://wiki");
    fireEvent.click(button("Publicar v8"));
    expect((await screen.findByRole("alert")).textContent).toContain("https://");
    expect(gap("Runbook (o que fazer)").getAttribute("aria-invalid")).toBe("true");
  });

  it("leave services out", async () => {
    const db = await open(answers());
    tick("LLM");
    fireEvent.click(button("Publicar v8"));
    await waitFor(() => expect(sent(db, "noc_save_rule")).toHaveLength(1));
    expect(sent(db, "noc_save_rule")[0]).toMatchObject({ rule: { excluded_services: ["llm"] } });
  });
});

describe("an exception", () => {
  it("is what a franqueado makes of a rule that is locked", async () => {
    const db = await open(answers({ rules: [rule({ can_edit: false })] }));
    expect(gap("Limite Degradado, ms").readOnly).toBe(true);
    expect(screen.getByText(/só admin a muda/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Nova regra" })).toBeNull();
    expect(screen.queryByRole("button", { name: /^Publicar/ })).toBeNull();
    choose("Vale para", `company:${FARMACIA}`);
    write("Limite Degradado, ms", "1800");
    fireEvent.click(button("Publicar exceção"));
    await waitFor(() => expect(sent(db, "noc_save_rule")).toHaveLength(1));
    expect(sent(db, "noc_save_rule")[0]).toMatchObject({
      rule: {
        code: "p95_latency",
        company_cnpj: FARMACIA,
        group_id: null,
        version: 0,
        degraded_threshold: 1800,
        down_threshold: 2000,
      },
    });
  });

  it("is offered for a group and its companies, not for who has one", async () => {
    await open(answers({ rules: [rule(), rule({ rule_id: "r2", company_cnpj: PADARIA })] }));
    const picker = screen.getByRole("combobox", { name: "Vale para" });
    expect(within(picker).getAllByRole("option").map(plainText)).toEqual([
      "todas as empresas (esta regra)",
      "Grupo Ipê",
      "Farmácia Ipê",
    ]);
    choose("Vale para", "group:g");
    expect(plainText(panel("Latência p95"))).toContain("em Grupo Ipê");
  });

  it("stands under the rule that it overrides, and is taken back once it is said what follows", async () => {
    const own = rule({ rule_id: "r2", company_cnpj: PADARIA, degraded_threshold: 1800 });
    const db = await open(answers({ rules: [own, rule()] }));
    const items = within(within(panel("Regras")).getByRole("list")).getAllByRole("button");
    expect(items.map(plainText)).toEqual([
      "Latência p951.200 ms · 2.000 ms",
      "Padaria Três Marias1.800 ms · 2.000 ms",
    ]);
    fireEvent.click(items[1] as Element);
    fireEvent.click(screen.getByRole("button", { name: "Remover exceção" }));
    expect(plainText(panel("Latência p95"))).toContain(
      "Depois passa a valer: Latência p95 · todas as empresas · 1.200 ms · 2.000 ms.",
    );
    expect(sent(db, "noc_delete_rule")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Remover mesmo" }));
    expect(await screen.findByText(/Exceção removida/)).toBeTruthy();
    expect(sent(db, "noc_delete_rule")).toEqual([{ rule_id: "r2" }]);
  });
});

describe("a new rule", () => {
  it("has a name, a metric, a service and limits of its own", async () => {
    const db = await open(answers({ scopes: admin }));
    fireEvent.click(screen.getByRole("button", { name: "Nova regra" }));
    write("Nome", "Omie lento à noite");
    expect(screen.getByText("Código: omie_lento_a_noite")).toBeTruthy();
    choose("De qual serviço", "omie");
    expect(button("Publicar regra").disabled).toBe(true);
    write("Limite Degradado, ms", "900");
    fireEvent.click(button("Publicar regra"));
    await waitFor(() => expect(sent(db, "noc_save_rule")).toHaveLength(1));
    expect(sent(db, "noc_save_rule")[0]).toMatchObject({
      rule: { code: "omie_lento_a_noite", metric: "p95_ms", service: "omie", version: 0, degraded_threshold: 900 },
    });
  });

  it("does not take the name of another", async () => {
    await open(answers({ scopes: admin }));
    fireEvent.click(screen.getByRole("button", { name: "Nova regra" }));
    write("Limite Degradado, ms", "900");
    write("Nome", "p95 latency");
    expect(screen.getByText(/Já há uma regra p95_latency/)).toBeTruthy();
    expect(button("Publicar regra").disabled).toBe(true);
  });
});

describe("the backtest", () => {
  it("says how often the rule would have fired, for how long, and what it does today", async () => {
    const db = await open(answers());
    expect(
      await screen.findByText("Teria disparado 4× em 30 d, média 12 min; 0,9 por semana."),
    ).toBeTruthy();
    expect(plainText(panel("Ensaio"))).toContain("1 Fora · 48 min em alerta ao todo");
    write("Limite Degradado, ms", "1450");
    await waitFor(() => expect(sent(db, "noc_backtest_rule").length).toBeGreaterThan(1), { timeout: 3000 });
    expect(sent(db, "noc_backtest_rule")).toContainEqual({
      rule: { rule_id: "r1", degraded_threshold: 1450 },
      company_cnpj: PADARIA,
      days: 30,
    });
    expect(await screen.findByText(/Como está hoje, 4×/)).toBeTruthy();
  });

  it("draws the service that was chosen, in words too", async () => {
    await open(answers());
    expect(await screen.findByRole("img", { name: /^Omie de .* de 300\sms a 1\.840\sms\. .*: 1\.$/ })).toBeTruthy();
    choose("Serviço no gráfico", "f360");
    expect(screen.getByRole("img", { name: /^F360 de .*: 0\.$/ })).toBeTruthy();
  });

  it("draws both limits, where they clear, and the alerts", async () => {
    await open(answers());
    const chart = await screen.findByRole("img", { name: /^Omie/ });
    const drawn = (kind: string) => chart.querySelectorAll(`.recharts-reference-${kind}`).length;
    expect([...chart.querySelectorAll(".noc-chart-limit")].map(plainText)).toEqual([
      expect.stringContaining("1.200 ms"),
      expect.stringContaining("2.000 ms"),
    ]);
    expect(drawn("line")).toBe(4);
    // Two grounds above the limits, and one band.
    expect(drawn("area")).toBe(3);
  });

  it("is asked again when a slider moves a limit, and keeps its chart meanwhile", async () => {
    const db = await open(answers());
    await screen.findByRole("img", { name: /^Omie/ });
    const slider = screen.getByRole<HTMLInputElement>("slider", { name: "Limite Degradado" });
    expect(slider.getAttribute("aria-valuetext")).toMatch(/^1\.200\sms$/);
    fireEvent.change(slider, { target: { value: "800" } });
    expect(gap("Limite Degradado, ms").value).toBe("800");
    expect(gap("Volta ao normal, ms").value).toBe("800");
    expect(screen.getByText("Ensaiando…")).toBeTruthy();
    expect(screen.getByRole("img", { name: /^Omie/ })).toBeTruthy();
    await waitFor(
      () =>
        expect(sent(db, "noc_backtest_rule")).toContainEqual({
          rule: { rule_id: "r1", degraded_threshold: 800, degraded_clear: 800 },
          company_cnpj: PADARIA,
          days: 30,
        }),
      { timeout: 3000 },
    );
  });

  it("says that nothing is stored", async () => {
    await open(answers({ trial: () => framed(replay({ opened: 0, alerts: [], series: { step_s: 300, services: [] } })) }));
    expect(await screen.findByText("Nada guardado nestes 30 dias")).toBeTruthy();
    expect(screen.getByText("Sem dados para ensaiar.")).toBeTruthy();
    expect(screen.queryByText(/Não teria disparado/)).toBeNull();
  });

  it("says what is wrong with the limits, and that it failed", async () => {
    await open(answers({ trial: () => refusal("PT400", "down_threshold") }));
    expect((await screen.findAllByText(/deve ser mais grave que o Degradado/)).length).toBeGreaterThan(0);
    expect(screen.getByRole("button", { name: "Tentar de novo" })).toBeTruthy();
  });

  it("is not there for what keeps no history, and says so", async () => {
    const db = await open(answers({ rules: [rule({ metric: "queue_pending", scope_kind: "company", unit: "count" })] }));
    expect(screen.getByText("Esta medida não guarda histórico")).toBeTruthy();
    expect(sent(db, "noc_backtest_rule")).toEqual([]);
  });

  it("of the platform asks for no company", async () => {
    const platform = rule({ metric: "connections_ratio", scope_kind: "platform", unit: "ratio", degraded_threshold: 0.8, down_threshold: 0.95, degraded_clear: null, down_clear: null });
    const db = await open(answers({ rules: [platform], scopes: admin }));
    await waitFor(() => expect(sent(db, "noc_backtest_rule")).toHaveLength(1));
    expect(sent(db, "noc_backtest_rule")[0]).toMatchObject({ company_cnpj: null });
    expect(screen.queryByRole("combobox", { name: "Em qual empresa" })).toBeNull();
    expect(screen.queryByRole("combobox", { name: "Vale para" })).toBeNull();
  });
});

describe("the health of a rule", () => {
  const health = { evaluated_at: ago(4), ms: 3.2, failing_since: null, failures: 0, error: null };

  it("stands in its row", async () => {
    await open(answers({ rules: [rule({ health })] }));
    expect(plainText(within(panel("Regras")).getByRole("list"))).toMatch(/avaliada .* · 3,2 ms/);
  });

  it("is said with its reason while it fails", async () => {
    const failing = { ...health, failing_since: ago(180), failures: 18, error: "division by zero" };
    await open(answers({ rules: [rule({ health: failing })] }));
    expect(plainText(within(panel("Regras")).getByRole("list"))).toMatch(/falhando .*: division by zero/);
  });
});
