import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  askAs,
  backlogHasLasted,
  dropActions,
  effectsAreDue,
  effectsEndIn,
  failJob,
  fillQueue,
  messagesAreDue,
  queueAlert,
  rampIsOver,
  sentMessages,
  waitingMessages,
} from "./actions-world";
import { PADARIA } from "./alerts";
import { badge, contextOf, launch, openAs, settled, trace, WEB_URL, type Screen } from "./browser";

/** A turn of the engine and of a worker, with room for a busy machine. */
const SOON = { timeout: 45_000, interval: 250 };
const REASON = "e2e: provedor devolve 429";
const HERE = `/noc/?company=${PADARIA}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(dropActions);
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await dropActions();
});

const open = async (screen: Screen = "desktop-dark") => (await contextOf(browser, screen)).newPage();
const plan = (page: Page) => page.getByRole("dialog");
const strip = (page: Page) => page.getByRole("region", { name: "Mitigações" });
const told = (page: Page, sentence: RegExp) => page.getByRole("status").getByText(sentence).first().waitFor();

/** Writes the reason and presses the one button, which says all of what it does. */
async function execute(page: Page, button: RegExp): Promise<void> {
  const doIt = plan(page).getByRole("button", { name: button });
  await doIt.waitFor();
  await plan(page).getByRole("textbox", { name: /^Motivo/ }).fill(REASON);
  await doIt.click();
}

describe("a franqueado", () => {
  test("stops a queue of 600, lets it go in a ramp, and the timeline proves both", async () => {
    await fillQueue(600);
    const page = await open();
    const traces = trace(page);
    await openAs(page, "franqueado@noc.local");
    await expect
      .poll(async () => {
        await backlogHasLasted();
        return queueAlert();
      }, SOON)
      .not.toBeNull();
    const alert_id = (await queueAlert()) ?? "";
    await expect.poll(() => badge(page).getAttribute("data-status"), SOON).toBe("DOWN");
    const row = page.locator(`[data-alert="${alert_id}"]`);

    await row.getByRole("button", { name: /^Pausar fila/ }).click();
    await plan(page).getByText(/Nenhuma mensagem nova sai da Padaria Três Marias por 30\smin/).waitFor();
    await plan(page).getByText(/^Plano vale por/).waitFor();
    await execute(page, /^Pausar 6\d\d mensagens da Padaria Três Marias por 30\smin$/);
    await told(page, /^Fila da Padaria Três Marias pausada (por|até)/);
    await page.getByRole("button", { name: "Desfazer" }).waitFor();
    await strip(page).getByText(/volta sozinha em (29|30)\smin/).waitFor();
    await messagesAreDue();

    await row.getByRole("button", { name: /^Retomar fila/ }).click();
    await plan(page).getByRole("radio", { name: /^1\smin$/ }).click();
    await execute(page, /^Retomar 6\d\d mensagens da Padaria Três Marias em rampa de 1\smin$/);
    await told(page, /^Fila da Padaria Três Marias retomada/);
    await strip(page).waitFor({ state: "detached" });
    await rampIsOver();
    await expect.poll(waitingMessages, { timeout: 150_000, interval: 500 }).toBe(0);
    expect(await sentMessages()).toBe(600);

    await effectsAreDue();
    await page.goto(`${WEB_URL}/noc/?alert=${alert_id}`);
    const drawer = page.getByRole("complementary");
    await drawer.getByText("Você iniciou: Pausar fila").waitFor();
    await drawer.getByText("Pausar fila: teve efeito").waitFor(SOON);
    await drawer.getByText("Retomar fila: teve efeito").waitFor(SOON);
    expect(traces.complaints).toEqual([]);
  }, 300_000);

  test("starts a failed job again and sees it end well", async () => {
    const job = await failJob();
    const page = await open();
    await openAs(page, "franqueado@noc.local", `${HERE}&tab=jobs`);
    await page
      .getByRole("row")
      .filter({ hasText: job })
      .getByRole("button", { name: /^Reprocessar/ })
      .click();
    await execute(page, /^Reprocessar 1 job da Padaria Três Marias$/);
    await plan(page).getByText("1 de 1").waitFor(SOON);
    await plan(page).locator("[data-item=ok]").getByText("certo").waitFor(SOON);
    await plan(page).getByRole("button", { name: "Fechar recibo" }).click();
    await page.getByRole("tab", { name: "Ações" }).click();
    await page.getByRole("region", { name: "Histórico" }).getByText(REASON).waitFor();
  }, 120_000);

  test("shows demonstration data under a banner, which goes by itself", async () => {
    const page = await open();
    await openAs(page, "franqueado@noc.local");
    await page.getByRole("button", { name: "Ações de Padaria Três Marias" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Alternar fonte" }).click();
    await plan(page).getByText("Exportar, fechar e gravar ficam travados enquanto durar.").waitFor();
    await execute(page, /^Mostrar demonstração em 1 empresa \(Padaria Três Marias\) por 30\smin$/);
    const demo = page.getByText("DADOS DE DEMONSTRAÇÃO", { exact: true });
    await demo.waitFor();
    await strip(page).getByText("Dados de demonstração").waitFor();
    await effectsEndIn(2);
    await demo.waitFor({ state: "detached", timeout: SOON.timeout });
    await strip(page).waitFor({ state: "detached", timeout: SOON.timeout });
  }, 120_000);

  test("is shown a plan that grew before it is done, and takes an effect back at once", async () => {
    await fillQueue(20);
    const page = await open();
    await openAs(page, "franqueado@noc.local", HERE);
    await page.getByRole("button", { name: /^Pausar fila: Padaria/ }).click();
    await plan(page).getByRole("button", { name: /^Pausar \d+ mensagens/ }).waitFor();
    const stale = { code: "PT409", message: "more", details: null, hint: "plan_stale" };
    await page.route(
      "**/rest/v1/rpc/noc_execute_action",
      async (route) => {
        await fillQueue(30);
        await route.fulfill({ status: 409, json: stale });
      },
      { times: 1 },
    );
    await execute(page, /^Pausar 2\d mensagens/);
    await plan(page).getByRole("alert").getByText(/^alcançava 2\d, agora 5\d$/).waitFor();
    await execute(page, /^Pausar 5\d mensagens/);
    await page.getByRole("button", { name: "Desfazer" }).click();
    await told(page, /^Desfeito/);
    await strip(page).waitFor({ state: "detached" });
  }, 120_000);
});

describe("a cliente", () => {
  test("sees what is in effect, locked, and is refused each action", async () => {
    await fillQueue(20);
    const worker = await open();
    await openAs(worker, "franqueado@noc.local", HERE);
    await worker.getByRole("button", { name: /^Pausar fila: Padaria/ }).click();
    await execute(worker, /^Pausar 2\d mensagens/);
    await strip(worker).waitFor();

    const page = await open("phone-light");
    await openAs(page, "cliente@noc.local");
    await strip(page).getByRole("button", { name: /mitigação ativa/ }).click();
    await strip(page).getByText("Fila WhatsApp pausada").waitFor();
    const revert = strip(page).getByRole("button", { name: /^Reverter/ });
    expect(await revert.getAttribute("aria-disabled")).toBe("true");
    expect(await page.locator("main").innerText()).not.toContain(REASON);
    const asked = {
      pause_queue: {},
      resume_queue: {},
      reprocess: { kind: "job" },
      switch_source: { source: "mock" },
      notify: { template: "resolved" },
    };
    for (const [action, params] of Object.entries(asked)) {
      const answer = await askAs(page, "noc_preview_action", { action, company_cnpj: PADARIA, params });
      expect([action, answer.status]).toEqual([action, 404]);
    }
  }, 120_000);
});

test.each<Screen>(["phone-dark", "phone-light"])("the plan and the tab fit %s", async (screen) => {
  const page = await open(screen);
  await openAs(page, "franqueado@noc.local", `${HERE}&tab=actions`);
  await page.getByRole("button", { name: /^Pausar fila/ }).first().click();
  await plan(page).getByRole("button", { name: /^Pausar/ }).waitFor();
  const wide = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await wide()).toBe(0);
  const box = await plan(page).boundingBox();
  expect([box?.x, box?.width, box?.height]).toEqual([0, 390, 844]);
  await page.keyboard.press("Escape");
  await plan(page).waitFor({ state: "detached" });
  expect(await wide()).toBe(0);
  await settled(page);
});
