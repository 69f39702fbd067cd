import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Me } from "@/lib/noc/types";
import type { ActionList } from "@/lib/noc/types/actions";
import { ago, NOW, plainText } from "../testing";
import { fakeDatabase, makeMe, reader, refusal, showWorking } from "../work-testing";
import { ActionsProvider } from "./actions-provider";
import { ActionsTab } from "./actions-tab";
import { Mitigations } from "./mitigations";
import { makeAction, noActions } from "./testing";

afterEach(cleanup);

globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

const ahead = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const admin: Partial<Me> = { role: "admin", can_administer: true };
const asked = makeAction({
  action: "switch_source",
  status: "awaiting_approval",
  payload: { source: "mock", until: ahead(1800) },
  companies: 3,
  company_cnpj: null,
  company_name: null,
  group_name: "Grupo Ipê",
  in_effect: false,
  approve_by: ahead(600),
  can: { revert: false, abort: true, approve: true },
});

function strip(list: Partial<ActionList>, me: Partial<Me> = {}, answer: Parameters<typeof fakeDatabase>[0] = () => ({ data: asked })) {
  const whole = { ...noActions, ...list };
  const db = fakeDatabase((name) =>
    name === "noc_list_actions"
      ? { data: { server_time: ago(0), tick_at: ago(1), versions: {}, data: whole } }
      : answer(name),
  );
  const onAll = vi.fn();
  showWorking(
    <ActionsProvider me={makeMe(me)}>
      <Mitigations list={whole} onAll={onAll} />
    </ActionsProvider>,
    db.supabase,
    me,
  );
  return { ...db, onAll };
}
const region = () => screen.getByRole("region", { name: "Mitigações" });

describe("what is in effect", () => {
  it("has a name, a company and its end, and is reverted after one more question", async () => {
    const { rpc } = strip({ in_effect: [makeAction()] }, {}, () => ({ data: makeAction({ status: "reverted" }) }));
    expect(plainText(region())).toContain("Fila WhatsApp pausada · Farmácia Ipê Amarelo · volta sozinha em 12 min");
    fireEvent.click(screen.getByRole("button", { name: /^Reverter/ }));
    expect(rpc).not.toHaveBeenCalledWith("noc_revert_action", expect.anything());
    expect(screen.getByText("Reverter agora? O que espera sai em rampa.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /^Reverter/ }));
    expect(await screen.findByText("Revertido: a fila volta em rampa.")).toBeTruthy();
    expect(rpc).toHaveBeenCalledWith("noc_revert_action", { action_id: "action-1" });
  });

  it("says why it could not be reverted", async () => {
    strip({ in_effect: [makeAction()] }, {}, () => refusal("PT409", "not_in_effect"));
    fireEvent.click(screen.getByRole("button", { name: /^Reverter/ }));
    fireEvent.click(screen.getByRole("button", { name: /^Reverter/ }));
    expect((await screen.findByRole("alert")).textContent).toBe("O efeito já terminou.");
  });

  it("is seen, locked and with the reason, by who may not act", async () => {
    strip({ in_effect: [makeAction({ can: { revert: false, abort: false, approve: false } })] }, reader);
    const revert = screen.getByRole("button", { name: /^Reverter/ });
    expect(revert.getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(revert);
    expect(await screen.findByText(/^Seu papel acompanha/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Estender/ })).toBeNull();
  });

  it("that is over by the clock is not shown", () => {
    strip({ in_effect: [makeAction({ expires_at: ago(1) })] });
    expect(screen.queryByRole("region", { name: "Mitigações" })).toBeNull();
  });

  it("names three; the rest stands in the tab", () => {
    const { onAll } = strip({
      in_effect: [1, 2, 3, 4, 5].map((n) => makeAction({ action_id: `a${n}` })),
    });
    expect(within(region()).getAllByText("Fila WhatsApp pausada")).toHaveLength(3);
    fireEvent.click(screen.getByRole("button", { name: "mais 2 na aba Ações" }));
    expect(onAll).toHaveBeenCalledOnce();
  });
});

describe("what waits for me", () => {
  it("says what is asked, by whom, why and until when; one click agrees", async () => {
    const { rpc } = strip({ awaiting: [asked] });
    expect(plainText(screen.getByRole("listitem"))).toContain(
      "ana@noc.local pede: Mostrar demonstração em 3 empresas por 30 min · “provedor devolve 429” · vence em 10 min",
    );
    fireEvent.click(screen.getByRole("button", { name: /^Aprovar/ }));
    expect(await screen.findByText("Aprovado: começou.")).toBeTruthy();
    expect(rpc).toHaveBeenCalledWith("noc_approve_action", { action_id: "action-1", approve: true, note: null });
  });

  it("is rejected with words alone", async () => {
    const { rpc } = strip({ awaiting: [asked] });
    fireEvent.click(screen.getByRole("button", { name: /^Recusar/ }));
    const dialog = screen.getByRole("dialog", { name: "Recusar o pedido" });
    fireEvent.submit(dialog.querySelector("form") as Element);
    expect(within(dialog).getByText("Para recusar, escreva por quê.")).toBeTruthy();
    fireEvent.change(within(dialog).getByRole("textbox"), { target: { value: "melhor esperar" } });
    fireEvent.submit(dialog.querySelector("form") as Element);
    expect(await screen.findByText("Recusado: nada foi feito.")).toBeTruthy();
    expect(rpc).toHaveBeenCalledWith("noc_approve_action", { action_id: "action-1", approve: false, note: "melhor esperar" });
  });

  it("is not offered to who asked for it, nor a review to who is no admin", () => {
    strip({
      awaiting: [{ ...asked, can: { ...asked.can, approve: false } }],
      review: [makeAction({ review: true })],
    });
    expect(screen.queryByRole("listitem")).toBeNull();
  });

  it("is a review for another admin", async () => {
    const { rpc } = strip({ review: [makeAction({ review: true, in_effect: false })] }, admin);
    fireEvent.click(screen.getByRole("button", { name: /^Rever/ }));
    fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);
    expect(await screen.findByText("Revista.")).toBeTruthy();
    expect(rpc).toHaveBeenCalledWith("noc_review_action", { action_id: "action-1", note: null });
  });
});

describe("read-only mode", () => {
  it("is said in the page, and lifted by an admin with a reason", async () => {
    const { rpc } = strip({ frozen: ago(60) }, admin);
    expect(await screen.findByText("Modo somente leitura")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Liberar ações…" }));
    const dialog = screen.getByRole("dialog", { name: "Liberar as ações" });
    fireEvent.change(within(dialog).getByRole("textbox"), { target: { value: "incidente resolvido" } });
    fireEvent.submit(dialog.querySelector("form") as Element);
    await waitFor(() =>
      expect(rpc).toHaveBeenCalledWith("noc_freeze_actions", { frozen: false, reason: "incidente resolvido" }),
    );
  });

  it("offers nothing to who is no admin", async () => {
    strip({ frozen: ago(60) });
    expect(await screen.findByText("Modo somente leitura")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /ações…$/ })).toBeNull();
  });
});

describe("the tab", () => {
  const tab = (list: Partial<ActionList>, me: Partial<Me> = {}) => {
    const db = fakeDatabase(() => ({
      data: { server_time: ago(0), tick_at: ago(1), versions: {}, data: { ...noActions, ...list } },
    }));
    showWorking(
      <ActionsProvider me={makeMe(me)}>
        <ActionsTab filter={{ company_cnpj: null, group_id: null }} />
      </ActionsProvider>,
      db.supabase,
      me,
    );
    return db;
  };

  it("tells each action once, its state, person, reason and effect, and asks for the page after", async () => {
    const over = makeAction({
      action_id: "a2",
      status: "reverted",
      in_effect: false,
      result: { ended: "expired" },
      verified: true,
      can: { revert: false, abort: false, approve: false },
    });
    const { rpc } = tab({ in_effect: [makeAction()], history: [makeAction(), over], next: "1_x" });
    const history = await screen.findByRole("region", { name: "Histórico" });
    const rowsOf = (of: HTMLElement) => within(of).getAllByRole("listitem").map(plainText);
    expect(rowsOf(screen.getByRole("region", { name: "Em efeito" }))).toEqual([
      expect.stringContaining("em efeitovolta sozinha em 12 min"),
    ]);
    const [row = "", ...more] = rowsOf(history);
    expect(row).toContain("terminada · voltou sozinhaefeito conferido");
    expect(row).toContain("ana@noc.local · 09:41 · “provedor devolve 429”");
    expect(more).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Mostrar mais" }));
    await waitFor(() =>
      expect(rpc).toHaveBeenCalledWith("noc_list_actions", expect.objectContaining({ cursor: "1_x" })),
    );
  });

  it("says what would stand there", async () => {
    tab({});
    expect(await screen.findByText("Nenhuma ação ainda")).toBeTruthy();
  });

  it("is not for who only reads", () => {
    tab({}, reader);
    expect(screen.getByText("Ações são de quem opera")).toBeTruthy();
  });
});
