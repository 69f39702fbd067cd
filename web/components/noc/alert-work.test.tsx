import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TableAlerts } from "./table-alerts";
import { ago, makeAlert, plainText } from "./testing";
import { EMAIL, fakeDatabase, reader, refusal, showWorking } from "./work-testing";

// What jsdom does not draw: modal dialogs, and pointers that a menu listens to.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});
afterEach(cleanup);

const until = "2026-11-23T16:41:00Z";
const acked = { data: { alert_id: "alert-1", state: "ack", ack_until: until } };
const row = () => plainText(screen.getByRole("listitem"));
const notice = () => screen.getAllByRole("status").map(plainText).join("");
const acknowledge = () => screen.getByRole("button", { name: /^Reconhecer: Omie lento/ });
const openMenu = () => {
  fireEvent.keyDown(screen.getByRole("button", { name: /^Ações: Omie lento/ }), { key: "Enter" });
  return screen.getByRole("menu");
};
const choose = (name: string) => {
  fireEvent.click(within(openMenu()).getByRole("menuitem", { name }));
};

describe("acknowledging an alert", () => {
  it("takes one click, shows at once how it will be, and says when it is done", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof acked>();
    const { rpc, supabase } = fakeDatabase(() => promise);
    const { noc } = showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    fireEvent.click(acknowledge());
    expect(row()).toMatch(/reconhecido até \d\d/);
    expect(row()).toContain("Você");
    expect(row()).toContain("enviando…");
    expect(rpc).toHaveBeenCalledExactlyOnceWith("noc_ack_alert", {
      alert_id: "alert-1",
      note: null,
      minutes: null,
    });
    resolve(acked);
    await waitFor(() => expect(notice()).toMatch(/Alerta reconhecido até .*13:41\./));
    expect(noc.askNow).toHaveBeenCalled();
  });

  it("puts everything back and says why when it is refused", async () => {
    const { supabase } = fakeDatabase(() => refusal("PT409", "alert_closed"));
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    fireEvent.click(acknowledge());
    const problem = await screen.findByRole("alert");
    expect(plainText(problem)).toContain("já foi fechado");
    expect(row()).toContain("sem dono");
    expect(row()).not.toContain("reconhecido");
    expect(screen.queryByRole("button", { name: "Tentar de novo" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Dispensar" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("can be tried again", async () => {
    const replies = [refusal("XX000", "of_tomorrow"), acked];
    const { rpc, supabase } = fakeDatabase(() => replies.shift() ?? acked);
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    fireEvent.click(acknowledge());
    fireEvent.click(await screen.findByRole("button", { name: "Tentar de novo" }));
    await waitFor(() => expect(rpc).toHaveBeenCalledTimes(2));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("has a key, A, on whatever is focused in the row", () => {
    const { rpc, supabase } = fakeDatabase(() => acked);
    showWorking(<TableAlerts alerts={[makeAlert()]} onOpen={() => {}} />, supabase);
    const title = screen.getByRole("button", { name: /^Abrir alerta/ });
    fireEvent.keyDown(title, { key: "a", ctrlKey: true });
    expect(rpc).not.toHaveBeenCalled();
    fireEvent.keyDown(title, { key: "a" });
    expect(rpc).toHaveBeenCalledOnce();
  });

  it("takes a time and a note, which a refusal leaves in place", async () => {
    const { rpc, supabase } = fakeDatabase(() => refusal("PT403", "not_operator"));
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    choose("Reconhecer por…");
    const form = within(screen.getByRole("dialog", { name: "Reconhecer por…" }));
    expect(form.getByRole("radio", { name: /^4\sh$/ }).getAttribute("aria-checked")).toBe("true");
    fireEvent.click(form.getByRole("radio", { name: /^30\smin$/ }));
    const note = form.getByRole<HTMLTextAreaElement>("textbox");
    fireEvent.change(note, { target: { value: " vendo com o provedor " } });
    fireEvent.click(form.getByRole("button", { name: /^Reconhecer por 30\smin$/ }));
    expect(rpc).toHaveBeenCalledExactlyOnceWith("noc_ack_alert", {
      alert_id: "alert-1",
      note: "vendo com o provedor",
      minutes: 30,
    });
    const [problem] = await form.findAllByRole("alert");
    expect(plainText(problem ?? null)).toContain("não o trata");
    expect(note.value).toContain("vendo com o provedor");
  });
});

describe("taking an alert", () => {
  it("makes it the caller's, and giving it back nobody's", async () => {
    const { rpc, supabase } = fakeDatabase(() => ({ data: {} }));
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    choose("Assumir");
    expect(rpc).toHaveBeenLastCalledWith("noc_assign_alert", { alert_id: "alert-1", assignee: "me" });
    await waitFor(() => expect(notice()).toContain("O alerta agora é seu."));
    cleanup();
    showWorking(<TableAlerts alerts={[makeAlert({ owner: EMAIL })]} />, supabase);
    choose("Liberar");
    expect(rpc).toHaveBeenLastCalledWith("noc_assign_alert", { alert_id: "alert-1", assignee: null });
  });
});

describe("two things at once", () => {
  it("are sent one after the other, and none is lost", async () => {
    const first = Promise.withResolvers<typeof acked>();
    const replies: (typeof acked | Promise<typeof acked>)[] = [first.promise, acked];
    const { rpc, supabase } = fakeDatabase(() => replies.shift() ?? acked);
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    fireEvent.click(acknowledge());
    choose("Liberar");
    await Promise.resolve();
    expect(rpc.mock.calls.map(([name]) => name)).toEqual(["noc_ack_alert"]);
    first.resolve(acked);
    await waitFor(() => expect(notice()).toContain("Alerta liberado"));
    expect(rpc.mock.calls.map(([name]) => name)).toEqual(["noc_ack_alert", "noc_assign_alert"]);
  });
});

describe("closing an alert by hand", () => {
  const closed = { data: { alert_id: "alert-1", state: "closed", latched_until: until } };
  const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Motivo" });
  const confirm = () => {
    fireEvent.click(screen.getByRole("button", { name: "Fechar alerta" }));
  };

  it("says what it does and wants a reason", async () => {
    const { rpc, supabase } = fakeDatabase(() => closed);
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    choose("Fechar…");
    const dialog = screen.getByRole("dialog", { name: "Fechar o alerta à mão" });
    expect(plainText(dialog)).toContain("por até uma hora");
    expect(plainText(dialog)).toContain("continua com a cor");
    confirm();
    expect(plainText(screen.getByRole("alert"))).toContain("Escreva o motivo");
    expect(rpc).not.toHaveBeenCalled();

    fireEvent.change(field(), { target: { value: "falso alarme" } });
    expect(plainText(dialog)).toContain("12 de 500");
    confirm();
    await waitFor(() => expect(notice()).toMatch(/A regra fica quieta até .*13:41\./));
    expect(rpc).toHaveBeenCalledExactlyOnceWith("noc_close_alert", {
      alert_id: "alert-1",
      reason: "falso alarme",
    });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("keeps the reason when contact is lost, and when the dialog is left", async () => {
    const { supabase } = fakeDatabase(() => Promise.reject(new TypeError("Failed to fetch")));
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    choose("Fechar…");
    fireEvent.change(field(), { target: { value: "trocado o cabo" } });
    confirm();
    expect(plainText(await screen.findByRole("alert"))).toContain("não foi confirmado");
    expect(field().value).toBe("trocado o cabo");
    fireEvent.click(screen.getByRole("button", { name: "Cancelar" }));
    choose("Fechar…");
    expect(field().value).toBe("trocado o cabo");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("commenting", () => {
  it("adds a note", async () => {
    const { rpc, supabase } = fakeDatabase(() => ({ data: { alert_id: "alert-1", at: ago(0) } }));
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase);
    choose("Comentar…");
    fireEvent.change(screen.getByRole("textbox", { name: "Nota" }), { target: { value: "oi" } });
    fireEvent.click(screen.getByRole("button", { name: "Anotar" }));
    await waitFor(() => expect(notice()).toContain("Nota gravada."));
    expect(rpc).toHaveBeenCalledExactlyOnceWith("noc_comment_alert", {
      alert_id: "alert-1",
      note: "oi",
    });
  });
});

describe("for a cliente", () => {
  it("the actions stay visible, locked, and say why", () => {
    const { rpc, supabase } = fakeDatabase(() => acked);
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase, reader);
    const locked = screen.getByRole("button", { name: "Reconhecer" });
    expect(locked.getAttribute("aria-disabled")).toBe("true");
    expect(locked.hasAttribute("disabled")).toBe(false);
    fireEvent.click(locked);
    expect(notice()).toContain("Quem os trata é o franqueado ou um admin.");
    const items = within(openMenu()).getAllByRole("menuitem");
    expect(items.map((item) => item.getAttribute("aria-disabled"))).toEqual(Array(6).fill("true"));
    expect(plainText(screen.getByRole("menu"))).toContain("Seu papel acompanha os alertas.");
    for (const item of items) fireEvent.click(item);
    expect(rpc).not.toHaveBeenCalled();
  });

  it("nobody is called missing who is only not named", () => {
    const { supabase } = fakeDatabase(() => acked);
    showWorking(<TableAlerts alerts={[makeAlert()]} />, supabase, reader);
    expect(row()).not.toContain("sem dono");
    expect(screen.queryByText(/sem dono/)).toBeNull();
    cleanup();
    const alert = makeAlert({ state: "ack", ack_until: until });
    showWorking(<TableAlerts alerts={[alert]} />, supabase, reader);
    expect(row()).toContain("operador");
    expect(row()).toContain("reconhecido até 13:41");
  });
});
