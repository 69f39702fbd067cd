import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dropAlerts, openAlert, PAST_RULE, pastAlerts } from "./alerts";
import { launch, openAs, pageOn, settled, trace, WEB_URL, type Screen } from "./browser";

const FOREIGN = "00000000000191";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  await openAlert();
  await pastAlerts(60);
  await pastAlerts(3, FOREIGN);
});
afterAll(async () => {
  await dropAlerts();
  await browser.close();
});
beforeEach(async () => {
  page = await pageOn(browser);
});
afterEach(() => page.close());

const history = () => page.getByRole("region", { name: "Histórico de alertas" });
const rows = () => history().locator("[data-alert]");
const count = (sentence: RegExp) => history().getByRole("status").getByText(sentence).waitFor();
const at = (query: string, rule = PAST_RULE) => `/noc/?view=history&rule=${rule}${query}`;

describe("the history", () => {
  test("opens beside the active alerts, keeps its filters in the address, and goes back", async () => {
    const traces = trace(page);
    await openAs(page, "cliente@noc.local");
    await page.getByRole("radio", { name: "Histórico" }).click();
    await history().waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Histórico");
    await history().getByRole("radio", { name: "90 d" }).click();
    await history().getByRole("radio", { name: "Fechados" }).click();
    await count(/^50 de \d+ alertas/);
    expect(new URL(page.url()).search).toBe("?view=history&state=closed&period=90d");
    await page.reload();
    await settled(page);
    await count(/^50 de \d+ alertas · abertos nos últimos 90 dias$/);
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.getByRole("region", { name: "Alertas ativos" }).waitFor();
    expect(traces.complaints).toEqual([]);
  });

  test("loads page after page, each alert once", async () => {
    await openAs(page, "cliente@noc.local", at("&period=90d&state=closed"));
    await count(/^50 de 60 alertas/);
    await history().getByRole("button", { name: "Carregar mais 10" }).click();
    await count(/^60 de 60 alertas/);
    const ids = await rows().evaluateAll((all) => all.map((row) => row.getAttribute("data-alert")));
    expect(new Set(ids).size).toBe(60);
    expect(await history().getByRole("button", { name: /^Carregar mais/ }).count()).toBe(0);
  });

  test("shows a cliente no company but the own, and an admin all", async () => {
    await openAs(page, "cliente@noc.local", at("&period=90d"));
    await history().getByText("E2e history: Bancos · Padaria Três Marias").first().waitFor();
    expect(await history().innerText()).not.toContain("Ótica");
    expect(await history().getByRole("columnheader", { name: "Responsável" }).count()).toBe(0);
    await page.close();
    page = await pageOn(browser);
    await openAs(page, "admin@noc.local", `/noc/?company=${FOREIGN}&view=history&rule=${PAST_RULE}&period=90d`);
    await count(/^3 de 3 alertas/);
    await history().getByRole("columnheader", { name: "Responsável" }).waitFor();
  });

  test("saves every row of the filter as CSV, more than what was loaded", async () => {
    await openAs(page, "franqueado@noc.local", at("&period=90d&state=closed"));
    const download = page.waitForEvent("download");
    await history().getByRole("button", { name: "Baixar CSV (60 linhas)" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^noc-alertas-e2e_history-closed-\d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^\ufeffalert_id,code,service,/);
    expect(lines).toHaveLength(61);
    await page.getByRole("status").getByText("CSV baixado com 60 linhas.").waitFor();
  });

  test("opens an alert beside it by keyboard, and finds the row again", async () => {
    await openAs(page, "franqueado@noc.local", at("&state=open", "error_rate"));
    await rows().first().getByRole("button").focus();
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("complementary");
    await drawer.getByText("Alerta abriu").waitFor();
    expect(new URL(page.url()).searchParams.get("view")).toBe("history");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^Abrir alerta/);
  });

  test("says what is missing and the next step when it is empty, and why when it failed", async () => {
    await openAs(page, "cliente@noc.local", at("&severity=info"));
    await history().getByText("Nenhum alerta com estes filtros").waitFor();
    await history().getByRole("button", { name: "Tirar filtros" }).click();
    await rows().first().waitFor();
    await page.route("**/rpc/noc_alert_history", (route) =>
      route.fulfill({
        status: 500,
        json: { code: "57014", message: "late", details: null, hint: null },
      }),
    );
    await history().getByRole("radio", { name: "30 d" }).click();
    await history().getByText("Código 57014").waitFor();
  });

  test.each<Screen>(["phone-dark", "phone-light"])("fits %s", async (screen) => {
    await page.close();
    page = await pageOn(browser, screen);
    await openAs(page, "cliente@noc.local", at("&period=90d"));
    await rows().first().waitFor();
    await history().getByRole("button", { name: /^Filtrar/ }).click();
    await history().getByRole("radio", { name: "Degradado" }).click();
    await rows().first().waitFor();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
    const heights = await rows().evaluateAll((all) => all.map((row) => row.clientHeight));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });

  test("of another's company says no more than of none", async () => {
    await openAs(page, "cliente@noc.local");
    const said: string[] = [];
    for (const cnpj of [FOREIGN, "11444777000161"]) {
      await page.goto(`${WEB_URL}/noc/?company=${cnpj}&view=history`);
      await page.getByRole("button", { name: "Limpar filtros" }).waitFor();
      said.push(await page.locator("main").innerText());
    }
    expect(said[0]).toBe(said[1]);
  });
});
