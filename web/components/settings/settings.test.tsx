import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Contact, Notification } from "@/lib/noc/types-settings";
import { ago, plainText } from "../noc/testing";
import { fakeDatabase, makeMe, refusal, showWorking } from "../noc/work-testing";
import { Contacts } from "./contacts";
import { Notices } from "./notices";

afterEach(cleanup);
let narrow = false;
afterEach(() => {
  narrow = false;
});
// jsdom knows no modal dialog and has no layout to observe.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.matchMedia = () =>
  ({ matches: narrow, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
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
    bundle_state: null,
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
    expect(rows[1]).toContain("não saiu: o número não recebe WhatsApp");
    expect(rows[2]).toContain("contato de outra equipetalvez enviado");
    const panel = plainText(screen.getByRole("region", { name: "Avisos enviados" }));
    expect(panel).toContain("E-mailsem sinal do enviador12 enviados em 24 h · 2 na fila · 1 não saiu");
  });

  it("stand one under the other on a telephone, with whom and what became of them", async () => {
    narrow = true;
    const db = fakeDatabase(() => framed({ notifications: [notice({})], channels: null }));
    showWorking(<Notices />, db.supabase);
    const row = plainText((await screen.findAllByRole("row"))[1] as Element);
    expect(row).toMatch(/^Alerta abriu · WhatsApp · 09:40abrir alertaAna Lima · •••••-8888enviado$/);
  });

  const openUnknown = async (write: Parameters<typeof fakeDatabase>[0] = () => ({ data: {} })) => {
    const db = fakeDatabase((name) =>
      name === "noc_list_notifications"
        ? framed({
            notifications: [notice({}), notice({ notification_id: "n2", state: "unknown" })],
            channels: null,
          })
        : write(name),
    );
    showWorking(<Notices />, db.supabase);
    fireEvent.click(await screen.findByRole("button", { name: /^Resolver/ }));
    return db;
  };

  it("that were cut off are resolved by a person, with a reason", async () => {
    const db = await openUnknown();
    const form = screen.getByRole("dialog").querySelector("form") as Element;
    fireEvent.click(screen.getByRole("radio", { name: /Não chegou: enviar de novo/ }));
    fireEvent.submit(form);
    expect((await screen.findByRole("alert")).textContent).toContain("Escreva o motivo");
    expect(sent(db, "noc_resolve_unknown")).toEqual([]);
    fireEvent.change(screen.getByRole("textbox", { name: "Motivo" }), {
      target: { value: "liguei, não recebeu" },
    });
    fireEvent.submit(form);
    expect(await screen.findByText("O aviso voltou para a fila.")).toBeTruthy();
    expect(sent(db, "noc_resolve_unknown")).toEqual([
      { kind: "notification", id: "n2", outcome: "resend", reason: "liguei, não recebeu" },
    ]);
  });

  it("that somebody else resolved first say so, and keep the reason", async () => {
    await openUnknown(() => refusal("PT409", "not_unknown"));
    const reason = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Motivo" });
    fireEvent.change(reason, { target: { value: "chegou" } });
    fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);
    expect((await screen.findByRole("alert")).textContent).toContain("já se sabe");
    expect(reason.value).toBe("chegou");
  });
});
