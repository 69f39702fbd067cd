import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alertOf, dropF360, dropMaintenance, settleProbes, watchF360 } from "./alerts";
import { launch, openAs, pageOn, settled, trace, WEB_URL, type Screen } from "./browser";

let browser: Browser;
let page: Page;
let check: string;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  await dropF360();
  check = await watchF360();
  await settleProbes(check, "good", 2);
  page = await pageOn(browser);
});
afterEach(async () => {
  await page.close();
  await dropMaintenance();
  await dropF360();
});

const REASON = "e2e: virada do ERP";
const COMPANY = "Padaria Três Marias";
const dialog = () => page.getByRole("dialog", { name: /manutenção$/ });
const told = (sentence: RegExp) => page.getByRole("status").getByText(sentence).waitFor();
const windows = () => page.getByRole("region", { name: "Manutenções" });
const ours = () => windows().getByRole("listitem").filter({ hasText: REASON });
const cell = (status: string) =>
  page.getByRole("gridcell", { name: new RegExp(`^${COMPANY}, F360: ${status}`) });

/** A window of the company's F360 that is open from now on. */
async function plan(): Promise<void> {
  const now = new Date(Date.now() - 60_000);
  const clock = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Sao_Paulo", ...options }).format(now);
  await dialog().waitFor();
  await dialog().getByLabel("Começa em").fill(clock({ dateStyle: "short" }));
  await dialog().getByLabel("Hora do começo").fill(clock({ timeStyle: "short" }));
  await dialog().getByLabel("Para quem").selectOption({ label: COMPANY });
  await dialog().getByLabel("Serviço").selectOption({ label: "F360" });
  await dialog().getByText(/^Nada abre de .* BRT$/).waitFor();
  await dialog().getByText(/^vale para 1 empresa/).waitFor();
  await dialog().getByRole("textbox", { name: "Motivo" }).fill(REASON);
  await dialog().getByRole("button", { name: "Começar manutenção" }).click();
  await told(/^Em manutenção: nada abre até/);
}

describe("an admin", () => {
  test("starts maintenance, sees it in the matrix, a breach opens nothing, and it opens at the end", async () => {
    const traces = trace(page);
    await openAs(page, "admin@noc.local");
    await cell("Normal").waitFor();
    await page.getByRole("button", { name: "Manutenção…" }).click();
    await plan();
    await cell("Manutenção, até").waitFor();
    await page.getByRole("row", { name: /F360/ }).getByText("Manutenção").waitFor();

    await settleProbes(check, "bad", 3);
    await page.getByRole("radio", { name: "Silêncios" }).click();
    await ours().getByText(/^até (\d\d\/\d\d )?\d\d:\d\d$/).waitFor();
    expect(await alertOf(check)).toBeNull();

    await ours().getByRole("button", { name: /^Encerrar agora/ }).click();
    await told(/^Manutenção encerrada/);
    await ours().waitFor({ state: "detached" });
    await page.getByRole("radio", { name: "Abertos" }).click();
    await expect.poll(() => alertOf(check), { timeout: 30_000 }).not.toBeNull();
    await cell("Fora").waitFor();
    expect(traces.complaints).toEqual([]);
  });

  test("plans a weekly one with the keyboard, edits it and deletes it", async () => {
    await openAs(page, "admin@noc.local", "/noc/?view=silences");
    await windows().getByRole("button", { name: "Nova manutenção" }).press("Enter");
    await dialog().getByRole("radio", { name: "Uma vez" }).focus();
    await page.keyboard.press("ArrowRight", { delay: 100 });
    const days = dialog().getByRole("group", { name: "Dias da semana" });
    for (const day of await days.getByRole("checkbox", { checked: true }).all()) {
      await day.press("Space");
    }
    await dialog().getByRole("textbox", { name: "Motivo" }).fill(REASON);
    await dialog().getByRole("button", { name: "Marcar manutenção" }).press("Enter");
    await dialog().getByRole("alert").getByText("Escolha ao menos um dia da semana.").waitFor();
    const tomorrow = new Date(Date.now() + 86_400_000).getDay();
    await days.getByRole("checkbox").nth((tomorrow + 6) % 7).press("Space");
    await dialog().getByText(/^Próxima vez: nada abre/).waitFor();
    await dialog().getByRole("button", { name: "Marcar manutenção" }).press("Enter");
    await told(/^Manutenção marcada: começa/);

    await ours().getByRole("button", { name: /^Editar/ }).press("Enter");
    await dialog().getByLabel("Por quanto tempo").selectOption({ label: "4 h" });
    await dialog().getByRole("button", { name: "Salvar manutenção" }).press("Enter");
    await ours().getByText(/, por 4\sh/).waitFor();

    await ours().getByRole("button", { name: /^Excluir/ }).press("Enter");
    await ours().getByRole("button", { name: "Manter" }).waitFor();
    await ours().getByRole("button", { name: /^Excluir/ }).press("Enter");
    await told(/^Manutenção excluída/);
    await ours().waitFor({ state: "detached" });
  });
});

describe("who may not", () => {
  test("a franqueado sees an admin's window of everything and cannot change it", async () => {
    await openAs(page, "admin@noc.local", "/noc/?view=silences");
    await windows().getByRole("button", { name: "Nova manutenção" }).click();
    await dialog().getByRole("textbox", { name: "Motivo" }).fill(REASON);
    await dialog().getByLabel("Serviço").selectOption({ label: "F360" });
    await dialog().getByRole("button", { name: /^(Marcar|Começar)/ }).click();
    await told(/^Manutenção marcada/);
    await page.close();

    page = await pageOn(browser);
    await openAs(page, "franqueado@noc.local", "/noc/?view=silences");
    await ours().getByRole("button", { name: "Editar" }).press("Enter");
    await told(/^Cobre mais do que o seu escopo/);
    expect(await ours().getByRole("button").count()).toBe(1);
    await windows().getByRole("button", { name: "Nova manutenção" }).click();
    const everything = dialog().getByRole("option", { name: "Tudo (só admin)" });
    expect(await everything.isDisabled()).toBe(true);
  });

  test("a cliente sees the maintenance and its end, and is told why it cannot plan one", async () => {
    await openAs(page, "franqueado@noc.local");
    await page.getByRole("button", { name: "Manutenção…" }).click();
    await plan();
    await page.close();

    page = await pageOn(browser, "phone-dark");
    await openAs(page, "cliente@noc.local");
    const service = page.getByRole("row", { name: /F360/ });
    await service.getByText("Manutenção", { exact: true }).waitFor();
    await service.getByText(/^até \d\d:\d\d$/).waitFor();
    expect(await page.locator("body").innerText()).not.toContain(REASON);
    await page.getByRole("button", { name: "Manutenção…" }).press("Enter");
    await told(/^Seu papel acompanha as manutenções/);
    expect(await dialog().count()).toBe(0);
    await page.goto(`${WEB_URL}/noc/?view=silences`);
    await settled(page);
    expect(await windows().count()).toBe(0);
  });
});

test.each<Screen>(["phone-dark", "phone-light"])("the form and the list fit %s", async (screen) => {
  await page.close();
  page = await pageOn(browser, screen);
  await openAs(page, "franqueado@noc.local", "/noc/?view=silences");
  const wide = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await windows().getByRole("button", { name: "Nova manutenção" }).click();
  await plan();
  await ours().waitFor();
  expect(await wide()).toBe(0);
});
