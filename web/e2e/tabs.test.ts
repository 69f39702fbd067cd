import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch, openAs, pageOn, settled, trace } from "./browser";
import { dropTabRows, tabRows } from "./tab-rows";

const FOREIGN = "00000000000191";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  await dropTabRows();
  await tabRows();
  await tabRows(FOREIGN);
});
afterAll(async () => {
  await dropTabRows();
  await browser.close();
});
beforeEach(async () => {
  page = await pageOn(browser);
});
afterEach(() => page.close());

const tab = (name: string) => page.getByRole("tab", { name: new RegExp(`^${name}`) });
const panel = () => page.getByRole("tabpanel");
const drawer = () => page.getByRole("complementary");

describe("the tabs", () => {
  test("are walked by arrows, stand in the address, and only the open one is read", async () => {
    const traces = trace(page);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1) ?? ""));
    await openAs(page, "franqueado@noc.local");
    await panel().getByText("Padaria Três Marias").waitFor();
    expect(asked).toContain("noc_list_queue");
    expect(asked.filter((name) => /noc_list_(jobs|sessions)/.test(name))).toEqual([]);
    await tab("Filas").focus();
    await page.keyboard.press("ArrowRight");
    await panel().getByText("E2e fechamento").first().waitFor();
    expect(new URL(page.url()).searchParams.get("tab")).toBe("jobs");
    await page.keyboard.press("ArrowRight");
    await panel().getByText(/ na janela$/).first().waitFor();
    await page.reload();
    await settled(page);
    expect(await tab("Sessões").getAttribute("aria-selected")).toBe("true");
    await page.goBack();
    await panel().getByText("E2e fechamento").first().waitFor();
    expect(traces.complaints).toEqual([]);
  });

  test("a queue's messages open beside the page, by state, and each tells its steps", async () => {
    await openAs(page, "franqueado@noc.local");
    await panel().getByRole("button", { name: "Ver mensagens de Padaria Três Marias" }).click();
    await drawer().getByRole("radio", { name: /^Mortas/ }).click();
    const dead = drawer().locator("[data-message]", { hasText: "E2e cobranca" });
    await dead.getByText("o modelo da mensagem foi recusado").waitFor();
    expect(await dead.innerText()).toContain("•••••-0001");
    await dead.getByRole("button", { name: "E2e cobranca" }).click();
    await dead.getByText("entrou na fila").waitFor();
    await dead.getByRole("button", { name: "Reprocessar", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await drawer().waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(
      "Ver mensagens de Padaria Três Marias",
    );
  });

  test("of a message that nobody knows a person says that it arrived", async () => {
    await openAs(page, "franqueado@noc.local", "/noc/?queue=11222333000181");
    await drawer().getByRole("radio", { name: /^Sem resposta/ }).click();
    await drawer().getByRole("button", { name: "Resolver E2e cobranca" }).click();
    const dialog = page.getByRole("dialog", { name: "A mensagem chegou?" });
    await dialog.getByRole("textbox").fill("e2e: a cliente leu");
    await dialog.getByRole("button", { name: "Gravar" }).click();
    await page.getByRole("status").getByText("Gravado: a mensagem chegou.").waitFor();
    await drawer().getByText("Nenhuma mensagem aqui").waitFor();
  });

  test("a job that failed tells its attempt, and why it is not started again", async () => {
    await openAs(page, "franqueado@noc.local", "/noc/?tab=jobs");
    const failed = panel().getByRole("region", { name: "Terminados" }).getByRole("row", { name: /E2e fechamento/ });
    // Locked, and it says why when it is pressed.
    await failed.getByRole("button", { name: "Reprocessar" }).dispatchEvent("click");
    await page.getByRole("status").getByText(/falta um handler/).waitFor();
    await failed.getByRole("button", { name: /^Ver tentativas de E2e fechamento/ }).click();
    await drawer().getByText("e2e: saldo divergente").waitFor();
    const running = panel().getByRole("region", { name: "Em execução" });
    await running.getByRole("row", { name: /E2e fechamento/ }).getByText("em execução").waitFor();
  });
});

describe("a cliente", () => {
  test("reads the own company's queue, jobs and sessions, and may start nothing", async () => {
    await openAs(page, "cliente@noc.local");
    const pause = panel().getByRole("button", { name: /^(Pausar|Retomar)$/ });
    await pause.waitFor();
    expect(await pause.getAttribute("aria-disabled")).toBe("true");
    expect(await panel().innerText()).not.toContain("Ótica");
    await tab("Jobs").click();
    const failed = panel().getByRole("row", { name: /E2e fechamento/ }).last();
    expect(await failed.getByRole("button", { name: "Reprocessar" }).getAttribute("aria-disabled")).toBe("true");
    await failed.getByRole("button", { name: /^Ver tentativas/ }).click();
    await drawer().getByText("O erro é mostrado a quem opera a empresa.").waitFor();
    expect(await drawer().innerText()).not.toContain("saldo divergente");
    await tab("Sessões").click();
    await panel().getByRole("row", { name: /Padaria Três Marias/ }).waitFor();
    expect(await panel().innerText()).not.toContain("Ótica");
  });

  test("learns nothing from another's company or job in the address", async () => {
    await openAs(page, "cliente@noc.local", `/noc/?queue=${FOREIGN}`);
    await drawer().getByText(/Código PT404/).waitFor();
    expect(await drawer().innerText()).not.toMatch(/Ótica|E2e/);
  });

  test("has cards on a telephone, with targets for a thumb", async () => {
    await page.close();
    page = await pageOn(browser, "phone-light");
    await openAs(page, "cliente@noc.local", "/noc/?tab=jobs");
    const cards = panel().getByRole("listitem").filter({ hasText: "E2e fechamento" });
    await cards.first().waitFor();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
    const targets = await panel().getByRole("button", { name: /^Reprocessar/ }).all();
    const heights = await Promise.all(targets.map(async (one) => (await one.boundingBox())?.height ?? 0));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
    await tab("Filas").click();
    await panel().getByRole("listitem").first().waitFor();
    expect(await tab("Filas").evaluate((element) => element.clientHeight)).toBeGreaterThanOrEqual(44);
  });
});
