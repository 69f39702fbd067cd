import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Maintenance, Me } from "@/lib/noc/types";
import { ago, plainText } from "../testing";
import { fakeDatabase, reader, refusal, showWorking } from "../work-testing";
import { Maintenances } from "./maintenances";
import { PlanButton } from "./plan-button";

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

const GROUP = { group_id: "g", name: "Grupo Ipê", company_count: 3 };
const admin: Partial<Me> = {
  role: "admin",
  groups: [GROUP],
  services: [{ service_name: "omie", kind: "erp", shared: true }],
};
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const envelope = (data: unknown) => ({
  data: { server_time: ago(0), tick_at: ago(1), versions: {}, data },
});
const preview = { starts_at: inAnHour(), ends_at: inAnHour(), companies: 5, matching: 3, critical: 1, alerts: [
  { alert_id: "1", code: "p95_latency", service: "omie", company_name: "Padaria Três Marias", severity: "critical", opened_at: ago(60) },
] };
const answers = (change: Record<string, unknown> = {}) =>
  fakeDatabase((name) =>
    name === "noc_preview_maintenance"
      ? envelope({ ...preview, ...change })
      : { data: { window_id: "w", next_at: inAnHour(), ended_at: ago(0) } },
  );

const makeWindow = (change: Partial<Maintenance> = {}): Maintenance => ({
  kind: "maintenance",
  id: "w1",
  company_cnpj: null,
  company_name: null,
  group_id: "g",
  group_name: "Grupo Ipê",
  starts_at: ago(600),
  ends_at: ago(-3600),
  active: true,
  reason: "Virada do ERP",
  by: "ana@noc.local",
  muting: 2,
  can_edit: true,
  service: "omie",
  timezone: "America/Sao_Paulo",
  first_day: "2026-11-23",
  last_day: "2026-11-23",
  weekdays: null,
  starts: "09:31",
  minutes: 70,
  ...change,
});
const weekly: Partial<Maintenance> = { last_day: null, weekdays: [1, 3] };

function list(windows: Maintenance[], database = answers(), me: Partial<Me> = admin) {
  showWorking(<Maintenances windows={windows} condition={{ kind: "ready" }} />, database.supabase, me);
  return database;
}
const rows = () => screen.getAllByRole("listitem").map(plainText);
const sent = ({ rpc }: ReturnType<typeof fakeDatabase>, wanted: string) =>
  rpc.mock.calls.filter(([name]) => name === wanted).map(([, args]) => args);
const dialog = () => screen.getByRole("dialog");
const submit = () => fireEvent.submit(dialog().querySelector("form") as Element);
const reason = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Motivo" });

describe("the list of maintenance", () => {
  it("stands in what is open now, what comes once, and what comes every week", () => {
    list([
      makeWindow({ id: "w", ...weekly, starts_at: ago(-86_400), ends_at: ago(-90_000), active: false }),
      makeWindow({ id: "c", starts_at: ago(-7200), ends_at: ago(-9000), active: false }),
      makeWindow(),
      makeWindow({ id: "o", starts_at: ago(9000), ends_at: ago(7200), active: false }),
    ]);
    const headings = screen.getAllByRole("heading", { level: 3 }).map(plainText);
    expect(headings).toEqual(["Agora", "Próximas", "Toda semana", "Encerradas"]);
  });

  it("says of what, when, why, by whom, until when and how many alerts it mutes", () => {
    list([makeWindow()]);
    expect(rows()[0]).toContain("Omie · Grupo Ipê");
    expect(rows()[0]).toContain("às 09:31, por 1 h 10 min · “Virada do ERP” · por ana@noc.local");
    expect(rows()[0]).toContain("2 alertasaté 10:41EditarEncerrar agora");
    expect(rows()[0]).not.toContain("Excluir");
  });

  it("ends this time of a weekly one, and the next ones stay", async () => {
    const database = list([makeWindow(weekly)]);
    fireEvent.click(screen.getByRole("button", { name: /^Encerrar agora/ }));
    expect(await screen.findByText(/^Manutenção encerrada/)).toBeTruthy();
    expect(sent(database, "noc_end_maintenance")).toEqual([{ window_id: "w1", only_now: true }]);
  });

  it("deletes after it asked once more", async () => {
    const database = list([makeWindow({ starts_at: ago(-7200), ends_at: ago(-9000), active: false })]);
    fireEvent.click(screen.getByRole("button", { name: /^Excluir/ }));
    expect(sent(database, "noc_end_maintenance")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Manter" }));
    fireEvent.click(screen.getByRole("button", { name: /^Excluir/ }));
    fireEvent.click(screen.getByRole("button", { name: /^Excluir/ }));
    expect(await screen.findByText("Manutenção excluída.")).toBeTruthy();
    expect(sent(database, "noc_end_maintenance")).toEqual([{ window_id: "w1", only_now: false }]);
  });

  it("locks a window that is wider than the reader's scope, and says why", () => {
    const database = list([makeWindow({ can_edit: false, by: null, group_name: null, group_id: null })]);
    fireEvent.click(screen.getByRole("button", { name: "Editar" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByText(/^Cobre mais do que o seu escopo/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Encerrar/ })).toBeNull();
    expect(sent(database, "noc_end_maintenance")).toEqual([]);
  });

  it("says why one could not be ended", async () => {
    list([makeWindow()], fakeDatabase(() => refusal("PT409", "not_open")));
    fireEvent.click(screen.getByRole("button", { name: /^Encerrar agora/ }));
    expect(await screen.findByText(/^Ela não está aberta agora/)).toBeTruthy();
  });

  it("says what to do where there is none", () => {
    list([]);
    expect(screen.getByText("Nenhuma manutenção marcada")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Nova manutenção" }));
    expect(screen.getByRole("dialog", { name: "Nova manutenção" })).toBeTruthy();
  });

  it.each([
    [{ kind: "loading" } as const, "Carregando"],
    [{ kind: "error", code: "57014", onRetry: vi.fn() } as const, "57014"],
  ])("says that it is %j", (condition, words) => {
    showWorking(<Maintenances windows={null} condition={condition} />, answers().supabase, admin);
    expect(plainText(screen.getByRole("region", { name: "Manutenções" }))).toContain(words);
  });
});

describe("planning maintenance", () => {
  const open = (database = answers(), me: Partial<Me> = admin) => {
    showWorking(<PlanButton />, database.supabase, me);
    fireEvent.click(screen.getByRole("button", { name: "Manutenção…" }));
    return database;
  };

  it("says before it is saved what would not open and which alerts fall silent", async () => {
    open();
    expect(await within(dialog()).findByText(/^Nada abre de .* BRT$/)).toBeTruthy();
    const said = plainText(dialog());
    expect(said).toContain("vale para 5 empresas · 3 alertas abertos ficam mudos se durarem até lá");
    expect(said).toContain("Omie lento · Padaria Três Marias");
    expect(said).toContain("e mais 2");
  });

  it("needs a reason, and keeps the dialog while there is none", () => {
    const database = open();
    submit();
    expect(plainText(screen.getByRole("alert"))).toBe("Escreva o motivo, com até 120 caracteres.");
    expect(reason().getAttribute("aria-invalid")).toBe("true");
    expect(sent(database, "noc_save_maintenance")).toEqual([]);
  });

  it("sends a weekly one with its days, and tells when it begins", async () => {
    const database = open();
    fireEvent.click(screen.getByRole("radio", { name: "Toda semana" }));
    const days = within(screen.getByRole("group", { name: "Dias da semana" }));
    for (const day of days.getAllByRole<HTMLInputElement>("checkbox")) {
      if (day.checked) fireEvent.click(day);
    }
    fireEvent.change(reason(), { target: { value: "backup" } });
    submit();
    expect(plainText(screen.getByRole("alert"))).toBe("Escolha ao menos um dia da semana.");
    fireEvent.click(days.getByRole("checkbox", { name: "qui" }));
    fireEvent.change(screen.getByLabelText("Por quanto tempo"), { target: { value: "120" } });
    fireEvent.change(screen.getByLabelText("Para quem"), { target: { value: "group:g" } });
    submit();
    await waitFor(() => expect(sent(database, "noc_save_maintenance")).toHaveLength(1));
    expect(sent(database, "noc_save_maintenance")[0]).toMatchObject({
      maintenance: { weekdays: [4], minutes: 120, last_day: null, group_id: "g", title: "backup" },
    });
    expect(await screen.findByText(/^Manutenção marcada: começa/)).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("keeps what was written when it is refused, and names the field", async () => {
    const database = fakeDatabase((name) =>
      name === "noc_save_maintenance" ? refusal("PT400", "company_cnpj") : envelope(preview),
    );
    open(database);
    fireEvent.change(reason(), { target: { value: "troca de servidor" } });
    submit();
    expect(await screen.findByText(/^Você trata mais de um escopo/)).toBeTruthy();
    expect(reason().value).toBe("troca de servidor");
  });

  it("names what is an admin's alone and does not let a franqueado choose it", () => {
    open(answers(), { groups: [GROUP] });
    const everything = screen.getByRole<HTMLOptionElement>("option", { name: "Tudo (só admin)" });
    expect(everything.disabled).toBe(true);
    expect(screen.getByLabelText<HTMLSelectElement>("Para quem").value).toBe("group:g");
  });

  it("is locked for who only reads, with the reason", () => {
    open(answers(), reader);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByText(/^Seu papel acompanha as manutenções/)).toBeTruthy();
  });
});
