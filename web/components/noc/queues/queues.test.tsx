import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { noFilter } from "@/lib/noc/filters";
import { answer, makeMessage, makePause, makeQueue, noNumbers } from "@/lib/noc/tab-testing";
import type { CompanyQueue, Message, MessageEvent } from "@/lib/noc/types/queue";
import { ago, plainText } from "../testing";
import { fakeDatabase, makeMe, refusal, showWorking } from "../work-testing";
import { MessageList } from "./message-list";
import { QueuesTab } from "./queues-tab";

afterEach(cleanup);
let phone = false;
afterEach(() => {
  phone = false;
});
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.matchMedia = () =>
  ({ matches: phone, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

const farmacia = "12ABC34501DE35";
const me = makeMe({
  companies: [
    { company_cnpj: "11222333000181", name: "Padaria Três Marias", group_id: "g", active: true },
    { company_cnpj: farmacia, name: "Farmácia Ipê", group_id: "g", active: true },
  ],
});

function openQueues(companies: CompanyQueue[], onWiden: (() => void) | null = null) {
  const onOpen = vi.fn();
  const totals = { ...noNumbers, pending: 192, oldest_at: ago(1080), drain_s: 640 };
  const { supabase, rpc } = fakeDatabase(() => answer({ totals, companies, at: ago(2) }));
  const props = { filter: noFilter, me, openId: null, onOpen, onWiden };
  showWorking(<QueuesTab {...props} />, supabase, me);
  return { onOpen, rpc };
}

const two = () => [
  makeQueue(),
  makeQueue({
    company_cnpj: farmacia,
    company_name: "Farmácia Ipê",
    status: "PAUSED",
    pauses: [makePause()],
    pending: 64,
    failed: 0,
    sending: 0,
    sent_last_10min: 0,
    drain_s: null,
  }),
];
const cells = async () =>
  (await screen.findAllByRole("row"))
    .slice(1)
    .map((row) => within(row).getAllByRole("cell").map(plainText));

describe("the queues", () => {
  it("say how each stands, what waits and when it will be empty", async () => {
    openQueues(two());
    expect(await cells()).toEqual([
      ["Padaria Três Marias", "Degradado", "128", "3", "2", "0", "0", "6 min", "18/min", "7 min", "Pausar"],
      ["Farmácia Ipê", "Pausada por ana até 09:53", "64", "0", "0", "0", "0", "6 min", "–", "–", "Retomar"],
      ["Total", "", "192", "0", "0", "0", "0", "18 min", "–", "10 min", ""],
    ]);
    expect(screen.getByText("2 filas com mensagens em 24 h ou pausadas · 2 no total")).toBeTruthy();
  });

  it("open their messages by a row, and rows are walked by keys", async () => {
    const { onOpen } = openQueues(two());
    const [first, second] = await screen.findAllByRole("button", { name: /^Ver mensagens de/ });
    first?.focus();
    fireEvent.keyDown(first as Element, { key: "j" });
    expect(document.activeElement).toBe(second);
    fireEvent.click(second as Element);
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(farmacia);
  });

  it("are locked with the reason for who only reads", async () => {
    openQueues([makeQueue({ can_operate: false })]);
    const button = await screen.findByRole("button", { name: "Pausar" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(button);
    expect(screen.getByText(/Seu papel só lê/)).toBeTruthy();
  });

  it("are cards on a phone, which say only what there is", async () => {
    phone = true;
    openQueues(two());
    const [first, second] = await screen.findAllByRole("listitem");
    expect(plainText(first as Element)).toContain("128 pendentes6 min a mais antiga");
    expect(plainText(first as Element)).toContain("Falhas 2");
    expect(plainText(second as Element)).not.toContain("Falhas");
  });

  it("that are none say what brings one, and lead out of a narrow filter", async () => {
    const onWiden = vi.fn();
    openQueues([], onWiden);
    fireEvent.click(await screen.findByRole("button", { name: "Ver todas as empresas" }));
    expect(onWiden).toHaveBeenCalledOnce();
  });

  it("show their outline while they are read, and why they could not be", async () => {
    const replies = [refusal("PT400", "company_cnpj"), answer({ totals: noNumbers, companies: two(), at: ago(0) })];
    const { supabase } = fakeDatabase(() => replies.shift() ?? refusal("PT400", "x"));
    showWorking(
      <QueuesTab filter={noFilter} me={me} openId={null} onOpen={vi.fn()} onWiden={null} />,
      supabase,
      me,
    );
    expect(screen.getByText("Carregando Filas WhatsApp")).toBeTruthy();
    fireEvent.click(await screen.findByRole("button", { name: "Tentar de novo" }));
    expect(await cells()).toHaveLength(3);
  });
});

const events: MessageEvent[] = [
  { at: ago(300), what: "queued", attempt: null, outcome: null, code: null },
  { at: ago(200), what: "begun", attempt: 1, outcome: null, code: null },
  { at: ago(190), what: "dead", attempt: 1, outcome: "refused", code: "132001" },
];

function openMessages(messages: Message[], operates = true) {
  const database = fakeDatabase((name) => {
    if (name === "noc_list_messages") return answer({ messages, next: null });
    if (name === "noc_message") return answer({ ...makeMessage(), events });
    return { data: {} };
  });
  showWorking(
    <MessageList company_cnpj="11222333000181" queue={makeQueue({ dead: 2 })} operates={operates} />,
    database.supabase,
    me,
  );
  const asked = (called: string) =>
    database.rpc.mock.calls.filter(([name]) => name === called).map(([, args]) => args);
  return { asked };
}

describe("the messages of a company", () => {
  it("say what, to whom, how it stands and why", async () => {
    openMessages([
      makeMessage({ state: "dead", attempts: 2, error_class: "template", can_retry: true }),
      makeMessage({ message_id: "2", template: null, recipient: null, reported: true, state: "sent" }),
    ]);
    const [dead, sent] = await screen.findAllByRole("listitem");
    expect(plainText(dead as Element)).toMatch(
      /^Cobranca•••••-8888 · 09:35 · 2 tentativasmortao modelo da mensagem foi recusadoReprocessar$/,
    );
    expect(plainText(sent as Element)).toContain("Mensagem pedido-1número protegido · 09:35 · relatada");
  });

  it("tell their story when they are unfolded, and not before", async () => {
    const { asked } = openMessages([makeMessage()]);
    fireEvent.click(await screen.findByRole("button", { name: "Cobranca" }));
    const story = await screen.findByRole("list", { name: "Passos de Cobranca" });
    expect(within(story).getAllByRole("listitem").map(plainText)).toEqual([
      "09:36:07entrou na fila",
      "09:37:47envio começou · 1ª tentativa",
      "09:37:57desistiu: ninguém envia mais · 1ª tentativa · o provedor recusou · código 132001",
    ]);
    expect(asked("noc_message")).toEqual([{ message_id: "message-1" }]);
  });

  it("are narrowed to one state by the database", async () => {
    const { asked } = openMessages([]);
    fireEvent.click(await screen.findByRole("radio", { name: /^Mortas/ }));
    await waitFor(() => expect(asked("noc_list_messages").at(-1)).toMatchObject({ state: "dead" }));
    fireEvent.click(await screen.findByRole("button", { name: "Ver todas" }));
    await waitFor(() => expect(screen.getByText(/não tem mensagens na fila/)).toBeTruthy());
  });

  it("that nobody knows of are resolved by a person's word", async () => {
    const { asked } = openMessages([makeMessage({ state: "unknown", can_resolve: true })]);
    fireEvent.click(await screen.findByRole("button", { name: "Resolver Cobranca" }));
    const dialog = screen.getByRole("dialog", { name: "A mensagem chegou?" });
    fireEvent.change(within(dialog).getByRole("textbox"), { target: { value: "a cliente leu" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Gravar" }));
    await waitFor(() =>
      expect(asked("noc_resolve_unknown")).toEqual([
        { kind: "message", id: "message-1", outcome: "arrived", reason: "a cliente leu" },
      ]),
    );
    expect(await screen.findByText("Gravado: a mensagem chegou.")).toBeTruthy();
  });

  it.each([
    [{ reported: true }, true, /reprocesse por lá/],
    [{}, true, /já foram apagados/],
    [{}, false, /só lê/],
  ])("dead and not to be sent again (%j, operator %s) say why", async (change, operates, reason) => {
    openMessages([makeMessage({ state: "dead", ...change })], operates);
    fireEvent.click(await screen.findByRole("button", { name: "Reprocessar" }));
    expect(screen.getByText(reason)).toBeTruthy();
  });
});
