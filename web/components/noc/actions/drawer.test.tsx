import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ActionAsk } from "@/lib/noc/action";
import type { Me } from "@/lib/noc/types";
import type { Plan } from "@/lib/noc/types/actions";
import { ago, plainText } from "../testing";
import { fakeDatabase, makeMe, refusal, showWorking } from "../work-testing";
import { ActionButton } from "./action-button";
import { ActionsProvider } from "./actions-provider";
import { makeAction, makePlan, noActions } from "./testing";

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
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

const CNPJ = "11222333000181";
const pause: ActionAsk = { action: "pause_queue", company_cnpj: CNPJ, group_id: null, params: {}, alert_id: null };
const answered = (data: unknown) => ({ server_time: ago(0), tick_at: ago(1), versions: {}, data });

type Reply = Parameters<typeof fakeDatabase>[0];

/** A database that plans and executes as the test says; each plan has an id of its own. */
function database(plans: Partial<Plan>[], execute: Reply = () => ({ data: done() }), frozen: string | null = null) {
  let asked = 0;
  return fakeDatabase((name) => {
    if (name === "noc_preview_action") {
      const change = plans[Math.min(asked, plans.length - 1)] ?? {};
      asked += 1;
      return { data: makePlan({ plan_id: `plan-${asked}`, ...change }) };
    }
    if (name === "noc_execute_action") return execute(name);
    if (name === "noc_list_actions") return { data: answered({ ...noActions, frozen }) };
    return { data: answered({}) };
  });
}
const done = (change = {}) => ({ ...makeAction(change), repeated: false, already_in_effect: false });

function openDrawer(db: ReturnType<typeof database>, ask = pause, me: Partial<Me> = {}) {
  const whole = makeMe(me);
  showWorking(
    <ActionsProvider me={whole}>
      <ActionButton ask={ask} label="abrir" locked={null} />
    </ActionsProvider>,
    db.supabase,
    me,
  );
  fireEvent.click(screen.getByRole("button", { name: "abrir" }));
  return screen.getByRole("dialog");
}
const sent = ({ rpc }: ReturnType<typeof database>, name: string) =>
  rpc.mock.calls.filter(([called]) => called === name).map(([, args]) => args);
const write = (reason: string) =>
  fireEvent.change(screen.getByRole("textbox", { name: /^Motivo/ }), { target: { value: reason } });
const button = (name: RegExp) => screen.findByRole("button", { name });
const PAUSE = /^Pausar 128 mensagens da Farmácia Ipê Amarelo por 30.min$/;

describe("the plan", () => {
  it("says the effect, numbers, warnings and what comes after, and all of it on its button", async () => {
    const dialog = openDrawer(database([{ warnings: [{ code: "in_flight", count: 3 }, { code: "already_paused", count: 1, until: null }] }]));
    await button(PAUSE);
    const text = plainText(dialog);
    expect(text).toContain("Nenhuma mensagem nova sai da Farmácia Ipê Amarelo por 30 min. As 3 que já estão em envio terminam.");
    expect(text).toContain("pendentes ficam paradas128");
    expect(text).toContain("Já está pausada, até alguém retomar.");
    expect(text).toContain("Volta sozinha às 10:11, em rampa de 1 min.");
    expect(text).toContain("opcional: termina sozinha");
    expect(text).toContain("Plano vale por 2 min");
    expect(text).toContain("Desfazer por 10 s; Reverter enquanto durar.");
  });

  it("is asked anew when a choice changes; without an end is for an admin alone", async () => {
    const db = database([{}]);
    openDrawer(db);
    await button(PAUSE);
    expect(screen.queryByRole("radio", { name: "Até eu retomar" })).toBeNull();
    fireEvent.click(screen.getByRole("radio", { name: /^15.min$/ }));
    await waitFor(() => expect(sent(db, "noc_preview_action")).toHaveLength(2));
    expect(sent(db, "noc_preview_action").map((args) => args["params"])).toEqual([{ minutes: 30 }, { minutes: 15 }]);
    cleanup();
    openDrawer(database([{}]), pause, { role: "admin", can_administer: true });
    expect(await screen.findByRole("radio", { name: "Até eu retomar" })).toBeTruthy();
  });

  it("asks what becomes of old messages where there are any, and nowhere else", async () => {
    const resume = { ...pause, action: "resume_queue" as const, params: {} };
    const payload = { ramp_s: 300 };
    openDrawer(database([{ action: "resume_queue", payload, counts: { pending: 9, stale: 0 } }]), resume);
    await button(/^Retomar/);
    expect(screen.queryByRole("radiogroup", { name: "Mensagens antigas" })).toBeNull();
    cleanup();
    const db = database([{ action: "resume_queue", payload, counts: { pending: 9, stale: 4 } }]);
    openDrawer(db, resume);
    fireEvent.click(await screen.findByRole("radio", { name: "Descartar" }));
    expect(screen.getByText("As que esperam há mais de um dia são canceladas e não saem mais.")).toBeTruthy();
    await waitFor(() => expect(sent(db, "noc_preview_action")).toHaveLength(2));
    expect(sent(db, "noc_preview_action").map((args) => args["params"])).toEqual([
      { ramp_s: 300, stale: "send" },
      { ramp_s: 300, stale: "drop" },
    ]);
  });

  it("says why there is nothing to do, and offers no button", async () => {
    const nothing = fakeDatabase((name) =>
      name === "noc_preview_action"
        ? {
            error: {
              code: "PT409",
              message: "",
              hint: "nothing_to_do",
              details: '[{"code": "no_handler", "count": 2}]',
            },
            status: 409,
          }
        : { data: answered(noActions) },
    );
    const dialog = openDrawer(nothing, { ...pause, action: "reprocess", params: { job_ids: ["a", "b"] } });
    expect(await within(dialog).findByText("Não há nada a fazer aqui agora.")).toBeTruthy();
    expect(plainText(dialog)).toContain("2 jobs ficam de fora: ninguém sabe recomeçar estes tipos.");
    expect(within(dialog).queryByRole("button", { name: /^Reprocessar/ })).toBeNull();
  });

  it("that expired is not executed: the one of now is shown, with what changed", async () => {
    const db = database([{ expires_at: ago(1) }, { counts: { pending: 140, sending: 0, companies: 1 } }]);
    const dialog = openDrawer(db);
    fireEvent.click(await button(/^Ver o plano de agora$/));
    expect(await within(dialog).findByText("alcançava 128, agora 140")).toBeTruthy();
    expect(sent(db, "noc_execute_action")).toHaveLength(0);
  });
});

describe("executing", () => {
  it("sends the plan once and offers to undo it", async () => {
    const db = database([{}]);
    openDrawer(db);
    fireEvent.click(await button(PAUSE));
    expect(await screen.findByText(/^Fila da Farmácia Ipê Amarelo pausada/)).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(sent(db, "noc_execute_action")[0]).toMatchObject({ plan_id: "plan-1", reason: null, confirm: null });
    fireEvent.click(screen.getByRole("button", { name: "Desfazer" }));
    await waitFor(() => expect(sent(db, "noc_revert_action")).toEqual([{ action_id: "action-1" }]));
  });

  it("waits for a reason of ten letters where one is needed", async () => {
    const db = database([{ needs_reason: true }]);
    openDrawer(db);
    await button(PAUSE);
    write("curto");
    fireEvent.click(await button(PAUSE));
    expect(await screen.findByText("Escreva o motivo, com 10 a 500 letras.")).toBeTruthy();
    expect(sent(db, "noc_execute_action")).toHaveLength(0);
    write("provedor fora do ar");
    fireEvent.click(await button(PAUSE));
    await waitFor(() => expect(sent(db, "noc_execute_action")).toHaveLength(1));
  });

  it("waits for the number of the plan to be typed", async () => {
    const db = database([{ confirm: 3 }]);
    openDrawer(db);
    fireEvent.click(await button(PAUSE));
    expect(await screen.findByText("O número digitado não é o do plano.")).toBeTruthy();
    fireEvent.change(screen.getByRole("textbox", { name: "Digite 3 para confirmar" }), { target: { value: "3" } });
    fireEvent.click(await button(PAUSE));
    await waitFor(() => expect(sent(db, "noc_execute_action")[0]).toMatchObject({ confirm: 3 }));
  });

  it("asks the same once more, with the same key, when the answer was lost", async () => {
    let answers = 0;
    const db = database([{}], () => {
      answers += 1;
      if (answers === 1) return { error: { code: "", message: "lost", details: null, hint: null }, status: 503 };
      return { data: done() };
    });
    openDrawer(db);
    fireEvent.click(await button(PAUSE));
    expect(await screen.findByText(/Tente de novo: não se faz duas vezes/)).toBeTruthy();
    fireEvent.click(await button(/^Tentar de novo$/));
    await waitFor(() => expect(sent(db, "noc_execute_action")).toHaveLength(2));
    const [first, second] = sent(db, "noc_execute_action");
    expect(second).toEqual(first);
    expect(sent(db, "noc_preview_action")).toHaveLength(1);
  });

  it("of a stale plan does nothing and shows the difference; the next try has a key of its own", async () => {
    let answers = 0;
    const db = database(
      [{}, { counts: { pending: 140, sending: 0, companies: 2 }, confirm: 2 }],
      () => {
        answers += 1;
        return answers === 1 ? refusal("PT409", "plan_stale") : { data: done() };
      },
    );
    openDrawer(db);
    fireEvent.click(await button(PAUSE));
    const said = await screen.findByText("Mudou desde que o plano foi mostrado");
    expect(plainText(said.closest("[data-difference]"))).toContain(
      "alcançava 128, agora 140empresas: eram 1, agora 2agora pede que se digite o númeroNada foi feito.",
    );
    fireEvent.change(screen.getByRole("textbox", { name: /^Digite 2/ }), { target: { value: "2" } });
    fireEvent.click(await button(/^Pausar 140/));
    await waitFor(() => expect(sent(db, "noc_execute_action")).toHaveLength(2));
    const [first, second] = sent(db, "noc_execute_action");
    expect(second?.["plan_id"]).not.toBe(first?.["plan_id"]);
    expect(second?.["idempotency_key"]).not.toBe(first?.["idempotency_key"]);
  });

  it.each([
    ["PT429", "action_limit", /Dez ações em um minuto/],
    ["PT409", "cooldown", /há menos de 15 minutos/],
    ["PT403", "right_lost", /Você deixou de poder/],
    ["PT409", "plan_used", /já foi executado/],
    ["PT500", "unknown_code", /código PT500/],
  ])("says %s %s in words and keeps what was written", async (code, hint, said) => {
    openDrawer(database([{}], () => refusal(code, hint)));
    await button(PAUSE);
    write("provedor fora do ar");
    fireEvent.click(await button(PAUSE));
    expect(await screen.findByText(said)).toBeTruthy();
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: /^Motivo/ }).value).toBe("provedor fora do ar");
  });

  it("says who must agree, and asks on the button", async () => {
    const dialog = openDrawer(database([{ requires_approval: true }]));
    await button(/^Pedir aprovação: Pausar 128/);
    expect(plainText(dialog)).toContain("Outra pessoa que opere todas estas empresas precisa aprovar em 15 min");
  });
});

describe("the button", () => {
  it.each([
    [{ role: "cliente", can_operate: false } as Partial<Me>, null, /Seu papel acompanha/],
    [{} as Partial<Me>, ago(0), /Um admin parou as ações às 09:41/],
  ])("is locked and says why", async (me, frozen, said) => {
    const db = database([{}], undefined, frozen);
    showWorking(
      <ActionsProvider me={makeMe(me)}>
        <ActionButton ask={pause} label="abrir" locked={null} />
      </ActionsProvider>,
      db.supabase,
      me,
    );
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "abrir" }).getAttribute("aria-disabled")).toBe("true"),
    );
    fireEvent.click(screen.getByRole("button", { name: "abrir" }));
    expect((await screen.findAllByText(said)).length).toBeGreaterThan(0);
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
