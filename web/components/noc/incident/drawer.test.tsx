import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { IncidentRead } from "@/hooks/use-incident";
import type { Me } from "@/lib/noc/types";
import { ago, makeAlert, makeEvent, makeTimeline, plainText } from "../testing";
import { EMAIL, fakeDatabase, reader, refusal, showWorking } from "../work-testing";
import { IncidentDrawer, type IncidentDrawerProps } from "./drawer";

afterEach(cleanup);

const ana = "ana@noc.local";
const worked = makeTimeline({
  alert: {
    state: "ack",
    owner: ana,
    ack_until: "2026-11-23T16:20:00Z",
    severity_max: "critical",
  },
  events: [
    makeEvent("opened", { at: ago(27 * 60), value: 1640 }),
    makeEvent("acknowledged", {
      at: ago(6 * 60),
      actor: ana,
      until: "2026-11-23T16:20:00Z",
      note: "vendo com a Omie",
    }),
    makeEvent("commented", { at: ago(5 * 60), actor: EMAIL, note: "chamado aberto" }),
  ],
  seconds_to_ack: 21 * 60,
  before: [
    {
      alert_id: "earlier",
      severity_max: "warning",
      opened_at: "2026-11-13T12:00:00Z",
      closed_at: "2026-11-13T12:34:00Z",
      close_reason: "recovered",
      note: "reiniciado",
    },
  ],
});

function open(
  read: Partial<IncidentRead>,
  { me, database, ...props }: Partial<IncidentDrawerProps> & {
    me?: Partial<Me>;
    database?: ReturnType<typeof fakeDatabase>;
  } = {},
) {
  const { supabase } = database ?? fakeDatabase(() => ({ data: {} }));
  const drawer = (
    <IncidentDrawer
      alert_id="alert-1"
      known={null}
      read={{
        timeline: makeTimeline(),
        view: { kind: "ready" },
        missing: false,
        onRetry: () => {},
        ...read,
      }}
      onOpen={() => {}}
      onClose={() => {}}
      {...props}
    />
  );
  return showWorking(drawer, supabase, me);
}

const text = (name: string) => plainText(screen.getByRole("region", { name }));
const lines = () =>
  within(screen.getByRole("region", { name: "Linha do tempo" }))
    .getAllByRole("listitem")
    .map(plainText);

describe("the incident drawer", () => {
  it("is named by its sentence, which takes the focus", () => {
    open({ timeline: worked });
    const drawer = screen.getByRole("complementary", { name: "Omie lento · Padaria Três Marias" });
    expect(plainText(drawer)).toContain("Reconhecido");
    expect(document.activeElement?.tagName).toBe("H2");
  });

  it("states since when, the value with its limit, who has it and how fast it was seen", () => {
    open({ timeline: worked });
    const facts = plainText(screen.getByText("Início").closest("dl"));
    expect(facts).toContain("Início09:14há 27 min");
    expect(facts).toContain("Valor agora1.840 mslimite 1.200 ms");
    expect(facts).toContain("Pior valor2.210 msmédia 1.702 ms");
    expect(facts).toContain("ResponsávelAana");
    expect(facts).toContain("Até reconhecer21 minvale até 13:20");
    expect(facts).toContain("pior: Fora");
  });

  it("has no figures for what is not a figure", () => {
    const alert = { unit: "status", worst_value: null, mean_value: null } as const;
    open({ timeline: makeTimeline({ alert }) });
    expect(screen.queryByText("Pior valor")).toBeNull();
  });

  it("tells the story newest first, with who, what they wrote, and the silences", () => {
    open({ timeline: worked });
    expect(lines()).toEqual([
      "09:41Ainda fora do limite · p95 1.840 ms, limite 1.200 ms",
      "09:36Você anotouchamado aberto",
      "09:35ana@noc.local reconheceu · vale até 13:20vendo com a Omie",
      "21 min sem ação",
      "09:14Alerta abriu · Degradadop95 1.640 ms, limite 1.200 ms",
    ]);
  });

  it("turns lanes off and on", () => {
    open({ timeline: worked });
    const note = screen.getByRole("button", { name: "Nota" });
    fireEvent.click(note);
    expect(note.getAttribute("aria-pressed")).toBe("false");
    expect(lines().join()).not.toContain("chamado aberto");
    expect(lines().join()).not.toContain("sem ação");
    fireEvent.click(note);
    expect(lines().join()).toContain("chamado aberto");
  });

  it("says why it fired, in the limits of its rule", () => {
    open({ timeline: worked });
    const why = text("Por que disparou?");
    expect(why).toContain("Omie: o p95 dos últimos 5 min passou do limite");
    expect(why).toContain("Ao abrir1.640 ms");
    expect(why).toContain("Degradadoacima de 1.200 ms por 3 min");
    expect(why).toContain("Fecha sozinhoaté 1.000 ms por 3 min");
    expect(why).toContain("Amostrasao menos 20");
  });

  it("remembers how it went before, and opens that", () => {
    const onOpen = vi.fn();
    open({ timeline: worked }, { onOpen });
    expect(text("Antes deste")).toContain("13/11 09:00 · 34 min · voltou ao normal“reiniciado”");
    fireEvent.click(screen.getByRole("button", { name: "Abrir o incidente de 13/11 09:00" }));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith("earlier");
  });

  it("says a first time as such", () => {
    open({});
    expect(text("Antes deste")).toContain("É a primeira vez");
  });

  it("closes by Escape and by its button, but not while a note is being written", () => {
    const onClose = vi.fn();
    open({}, { onClose });
    const note = screen.getByRole("textbox", { name: "Nota" });
    fireEvent.change(note, { target: { value: "meio escrita" } });
    note.focus();
    fireEvent.keyDown(note, { key: "Escape" });
    expect(onClose).not.toHaveBeenCalled();
    expect(document.activeElement?.tagName).toBe("H2");
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" });
    fireEvent.click(screen.getByRole("button", { name: "Fechar gaveta" }));
    expect(onClose).toHaveBeenCalledTimes(2);
  });

  it("takes a note, and keeps it when the database refuses", async () => {
    const replies = [refusal("PT400", "note"), { data: {} }];
    const database = fakeDatabase(() => replies.shift() ?? { data: {} });
    open({}, { database });
    const note = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Nota" });
    fireEvent.change(note, { target: { value: "liguei para o banco" } });
    fireEvent.keyDown(note, { key: "Enter", ctrlKey: true });
    expect(plainText(await screen.findByRole("alert"))).toContain("até 2.000 caracteres");
    expect(note.value).toBe("liguei para o banco");
    fireEvent.click(screen.getByRole("button", { name: "Anotar" }));
    await waitFor(() => expect(note.value).toBe(""));
    expect(database.rpc).toHaveBeenLastCalledWith("noc_comment_alert", {
      alert_id: "alert-1",
      note: "liguei para o banco",
    });
  });

  it("acknowledges by the key A, which a note being written keeps for itself", () => {
    const database = fakeDatabase(() => ({ data: {} }));
    open({}, { database });
    fireEvent.keyDown(screen.getByRole("textbox", { name: "Nota" }), { key: "a" });
    expect(database.rpc).not.toHaveBeenCalled();
    fireEvent.keyDown(screen.getByRole("heading", { name: /^Omie lento/ }), { key: "a" });
    expect(database.rpc.mock.calls.map(([name]) => name)).toEqual(["noc_ack_alert"]);
  });

  it("shows a closed alert with how long it lasted, and still takes notes", () => {
    open({
      timeline: makeTimeline({
        alert: { state: "closed", closed_at: ago(60), close_reason: "recovered" },
        events: [makeEvent("opened", { at: ago(660) }), makeEvent("closed", { at: ago(60) })],
        seconds_to_close: 600,
      }),
    });
    expect(plainText(screen.getByText("Durou").closest("dl"))).toContain("Durou10 min");
    expect(lines()[0]).toContain("Alerta fechou · voltou ao normal");
    expect(screen.queryByRole("button", { name: "Fechar…" })).toBeNull();
    expect(screen.getByRole("textbox", { name: "Nota" })).toBeTruthy();
  });
});

describe("for a cliente the drawer", () => {
  it("shows the story without names, and its actions locked with the reason", () => {
    const timeline = makeTimeline({
      can_work: false,
      events: [
        makeEvent("opened", { at: ago(27 * 60), value: 1640 }),
        makeEvent("commented", { at: ago(300), by_person: true }),
      ],
    });
    open({ timeline }, { me: reader });
    expect(lines().join()).toContain("Operador anotou");
    expect(screen.queryByRole("textbox")).toBeNull();
    for (const name of ["Anotar", "Fechar…", "Reconhecer"]) {
      const button = screen.getByRole("button", { name });
      expect(button.getAttribute("aria-disabled")).toBe("true");
    }
    expect(plainText(screen.getByRole("complementary"))).toContain("Seu papel acompanha os alertas.");
  });
});

describe("while there is no story the drawer", () => {
  it("says that the alert does not exist or is another's", () => {
    open({ timeline: null, view: { kind: "error", code: "PT404" }, missing: true });
    expect(screen.getByRole("heading", { name: "Alerta não encontrado" })).toBeTruthy();
    expect(plainText(screen.getByRole("complementary"))).toContain("está fora da sua visão");
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("names the alert that the list already knows, and says that it loads", () => {
    open({ timeline: null, view: { kind: "loading" } }, { known: makeAlert() });
    expect(screen.getByRole("heading", { name: /^Omie lento/ })).toBeTruthy();
    expect(screen.getAllByRole("status").map(plainText).join()).toContain("Carregando Incidente");
  });

  it("offers to read again after an error", () => {
    const onRetry = vi.fn();
    open({ timeline: null, view: { kind: "error", code: "XX000" }, onRetry });
    expect(plainText(screen.getByRole("complementary"))).toContain("Código XX000");
    fireEvent.click(screen.getByRole("button", { name: "Tentar de novo" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it("keeps what it read when contact is lost, and says so", () => {
    open({ timeline: worked, view: { kind: "noContact", since: ago(60) } });
    expect(plainText(screen.getByRole("complementary"))).toContain("Sem contato desde 09:40:07");
    expect(lines().join()).toContain("chamado aberto");
  });
});
