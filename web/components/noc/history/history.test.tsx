import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HistoryRead } from "@/hooks/use-history";
import { NocError } from "@/lib/noc/error";
import { wholeHistory } from "@/lib/noc/history";
import type { Me, PastAlert } from "@/lib/noc/types";
import { ago, makeAlert, plainText } from "../testing";
import { EMAIL, fakeDatabase, reader, refusal, showWorking } from "../work-testing";
import { History, type HistoryProps } from "./history";

afterEach(cleanup);

function past(change: Partial<PastAlert> = {}): PastAlert {
  return {
    ...makeAlert({ state: "closed", opened_at: ago(3 * 86_400) }),
    severity_max: "critical",
    closed_at: ago(3 * 86_400 - 34 * 60),
    close_reason: "recovered",
    seconds_to_ack: 120,
    ...change,
  };
}

type Shown = Partial<HistoryRead> & {
  me?: Partial<Me>;
  database?: ReturnType<typeof fakeDatabase>;
} & Partial<Pick<HistoryProps, "asked" | "onAsk" | "onOpen">>;

function open({ me, database, asked = wholeHistory, onAsk, onOpen, ...read }: Shown = {}) {
  const { supabase } = database ?? fakeDatabase(() => ({ data: "" }));
  const question = () => ({
    company_cnpj: null,
    group_id: null,
    service: "omie",
    severity: null,
    state: null,
    code: null,
    from: "2026-11-16T12:00:00Z",
  });
  const whole: HistoryRead = {
    alerts: [past()],
    total: 1,
    codes: ["p95_latency", "queue_oldest_age"],
    view: { kind: "ready" },
    onRetry: vi.fn(),
    onMore: null,
    loadingMore: false,
    moreFailed: null,
    question,
    ...read,
  };
  return showWorking(
    <History
      read={whole}
      asked={asked}
      onAsk={onAsk ?? vi.fn()}
      onView={vi.fn()}
      openId={null}
      onOpen={onOpen ?? vi.fn()}
    />,
    supabase,
    me,
  );
}

const rows = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell").map(plainText));
const panel = () => screen.getByRole("region", { name: "Histórico de alertas" });

describe("the history of alerts", () => {
  it("says what it was, how it ended, when, for how long and who had it", () => {
    open({ alerts: [past({ owner: EMAIL, reopen_count: 1 })] });
    const [first] = rows();
    expect(first?.slice(1)).toEqual(["fechou sozinho", "20/11 09:41", "34 min", "2 min", "FVocê"]);
    expect(first?.[0]).toContain("Omie lento · Padaria Três Marias");
    expect(first?.[0]).toContain("reabriu (2ª)");
    expect(screen.getByRole("img", { name: "Fora" })).toBeTruthy();
  });

  it("tells apart what recovered, what was closed by hand, what is withdrawn and what still lasts", () => {
    open({
      alerts: [
        past({ alert_id: "1", close_reason: "manual", seconds_to_ack: null }),
        past({ alert_id: "2", close_reason: "withdrawn" }),
        past({ alert_id: "3", state: "open", closed_at: null, close_reason: null, opened_at: ago(600) }),
        past({ alert_id: "4", state: "ack", closed_at: null, close_reason: null, ack_until: ago(-3600) }),
      ],
    });
    expect(rows().map((row) => row[1])).toEqual([
      "fechado à mão",
      "regra ou alvo retirado",
      "aberto",
      "reconhecido até 10:41",
    ]);
    expect(rows()[2]?.[3]).toBe("há 10 min");
    expect(rows()[0]?.[4]).toBe("não foi");
  });

  it("names nobody to those who only read", () => {
    open({ me: reader });
    expect(screen.queryByRole("columnheader", { name: "Responsável" })).toBeNull();
  });

  it("says how much of how much is shown, and in which period", () => {
    open({ total: 344, asked: { ...wholeHistory, period: "30d" } });
    expect(plainText(panel())).toContain("1 de 344 alertas · abertos nos últimos 30 dias");
    expect(screen.getByRole("img", { name: "344 alertas" })).toBeTruthy();
  });

  it("opens an alert from its row, and goes from row to row by arrows", () => {
    const onOpen = vi.fn();
    open({ alerts: [past({ alert_id: "1" }), past({ alert_id: "2" })], onOpen });
    const [first, second] = screen.getAllByRole("button", { name: /^Abrir alerta/ });
    first?.focus();
    fireEvent.keyDown(first as Element, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    fireEvent.click(second as Element);
    expect(onOpen).toHaveBeenCalledExactlyOnceWith("2");
    fireEvent.keyDown(second as Element, { key: "k" });
    expect(document.activeElement).toBe(first);
  });
});

describe("the filters of the history", () => {
  it("ask for one thing each", () => {
    const onAsk = vi.fn();
    open({ onAsk });
    fireEvent.click(screen.getByRole("radio", { name: "Fora" }));
    fireEvent.click(screen.getByRole("radio", { name: "Fechados" }));
    fireEvent.click(screen.getByRole("radio", { name: "90 d" }));
    expect(onAsk.mock.calls).toEqual([
      [{ severity: "critical" }],
      [{ state: "closed" }],
      [{ period: "90d" }],
    ]);
  });

  it("name rules, also one that no catalogue knows", () => {
    // jsdom has no layout to scroll.
    Element.prototype.scrollIntoView = () => {};
    const onAsk = vi.fn();
    open({ onAsk });
    fireEvent.click(screen.getByRole("button", { name: "Regra: Todas as regras" }));
    expect(screen.getAllByRole("option").map(plainText)).toEqual([
      "Todas as regras",
      "Latência p95",
      "Queue oldest age",
    ]);
    fireEvent.click(screen.getByRole("option", { name: "Queue oldest age" }));
    expect(onAsk).toHaveBeenCalledExactlyOnceWith({ code: "queue_oldest_age" });
  });

  it("are taken off where they leave nothing", () => {
    const onAsk = vi.fn();
    open({ alerts: [], total: 0, onAsk, asked: { ...wholeHistory, state: "open" } });
    expect(panel().textContent).toContain("Nenhum alerta com estes filtros");
    fireEvent.click(screen.getByRole("button", { name: "Tirar filtros" }));
    expect(onAsk).toHaveBeenCalledExactlyOnceWith({ severity: null, state: null, code: null });
  });

  it("offer a longer period where nothing happened, until there is none", () => {
    const onAsk = vi.fn();
    open({ alerts: [], total: 0, onAsk });
    fireEvent.click(screen.getByRole("button", { name: "Ver os abertos nos últimos 30 dias" }));
    expect(onAsk).toHaveBeenCalledExactlyOnceWith({ period: "30d" });
    cleanup();
    open({ alerts: [], total: 0, asked: { ...wholeHistory, period: "all" } });
    expect(panel().textContent).toContain("Nenhuma regra disparou ainda");
    expect(screen.queryByRole("button", { name: /^Ver os/ })).toBeNull();
  });
});

describe("a long history", () => {
  it("loads its next page, and says how long that one is", () => {
    const onMore = vi.fn();
    open({ total: 31, onMore });
    fireEvent.click(screen.getByRole("button", { name: "Carregar mais 30" }));
    expect(onMore).toHaveBeenCalledOnce();
  });

  it("keeps what it has when the next page does not come", () => {
    const moreFailed = new NocError("refused", "no", "57014");
    open({ total: 31, onMore: vi.fn(), moreFailed });
    expect(screen.getByRole("alert").textContent).toContain("57014");
    expect(rows()).toHaveLength(1);
  });

  it("shows its outline while it is read, and why it could not be", () => {
    open({ alerts: null, view: { kind: "loading" } });
    expect(screen.getByText("Carregando Histórico de alertas")).toBeTruthy();
    cleanup();
    const onRetry = vi.fn();
    open({ alerts: null, view: { kind: "error", code: "XX000" }, onRetry });
    expect(panel().textContent).toContain("Código XX000");
    fireEvent.click(screen.getByRole("button", { name: "Tentar de novo" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });
});

describe("the file", () => {
  const saved: { name: string; parts: Blob }[] = [];
  beforeEach(() => {
    saved.length = 0;
    let blob = new Blob();
    URL.createObjectURL = (made) => {
      blob = made as Blob;
      return "blob:1";
    };
    URL.revokeObjectURL = () => {};
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      saved.push({ name: this.download, parts: blob });
    });
  });

  it("holds every row of the filter, and its scope stands in its name", async () => {
    const database = fakeDatabase(() => ({ data: "alert_id\r\n" }));
    open({ total: 344, database });
    fireEvent.click(screen.getByRole("button", { name: "Baixar CSV (344 linhas)" }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(saved[0]?.name).toBe("noc-alertas-omie-2026-11-16.csv");
    expect(await saved[0]?.parts.text()).toMatch(/alert_id\r\n$/);
    expect(database.rpc.mock.calls[0]).toEqual([
      "noc_export_csv",
      expect.objectContaining({ kind: "alerts", service: "omie" }),
    ]);
    expect(await screen.findByText("CSV baixado com 344 linhas.")).toBeTruthy();
  });

  it("says why it was not made", async () => {
    open({ database: fakeDatabase(() => refusal("PT400", "rows")) });
    fireEvent.click(screen.getByRole("button", { name: "Baixar CSV (1 linha)" }));
    expect(await screen.findByText(/O CSV não saiu\. Um arquivo leva até 50\.000/)).toBeTruthy();
    expect(saved).toHaveLength(0);
  });

  it.each([
    [0, "Não há linha para baixar."],
    [50_001, "Um arquivo leva até 50.000 linhas. Escolha um período menor."],
  ])("of %i rows is not made, with the reason", (total, reason) => {
    open({ total, alerts: total === 0 ? [] : [past()] });
    const button = screen.getByRole("button", { name: /^Baixar CSV/ });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(button);
    expect(screen.getByText(reason)).toBeTruthy();
  });
});
