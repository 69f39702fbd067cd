import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { badge, launch, openAs, pageOn, scopePicker, settled, trace, WEB_URL } from "./browser";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await pageOn(browser);
});
afterEach(() => page.close());

const panel = (name: string) => page.getByRole("region", { name, exact: true });
/** Which of these texts can be read anywhere on the page. */
const readable = async (texts: string[]) => {
  const shown = await page.locator("body").innerText();
  return texts.filter((text) => shown.includes(text));
};

describe("what each role sees", () => {
  test("an admin chooses among all companies and sees the database", async () => {
    await openAs(page, "admin@noc.local");
    await scopePicker(page).click();
    const options = await page.getByRole("option").allTextContents();
    expect(options.some((text) => text.includes("Padaria Três Marias"))).toBe(true);
    expect(options.some((text) => text.includes("Ótica Horizonte"))).toBe(true);
    await page.keyboard.press("Escape");
    await panel("Banco de dados").waitFor();
  });

  test("a franqueado chooses among the companies of the own group alone", async () => {
    await openAs(page, "franqueado@noc.local");
    await scopePicker(page).click();
    const text = (await page.getByRole("listbox").textContent()) ?? "";
    expect(text).toContain("Farmácia Ipê Amarelo");
    expect(text).not.toContain("Ótica Horizonte");
    expect(await panel("Banco de dados").count()).toBe(0);
  });

  test("a cliente has no picker and reads only the own company's name", async () => {
    await openAs(page, "cliente@noc.local");
    expect(await scopePicker(page).count()).toBe(0);
    const own = "Padaria Três Marias";
    const foreign = ["Farmácia Ipê", "Transportes Caiçara", "Ótica Horizonte", "Vila Serena"];
    expect(await readable([own, ...foreign])).toEqual([own]);
    expect(await panel("Banco de dados").count()).toBe(0);
  });

  test("a link to another's company says no more than a link to none", async () => {
    await openAs(page, "cliente@noc.local");
    const said: string[] = [];
    for (const cnpj of ["00000000000191", "11444777000161"]) {
      await page.goto(`${WEB_URL}/noc/?company=${cnpj}`);
      await page.getByRole("button", { name: "Limpar filtros" }).waitFor();
      said.push(await page.locator("main").innerText());
    }
    expect(said[0]).toBe(said[1]);
  });
});

describe("the page", () => {
  test("shows banner, six indicators, series, services and alerts", async () => {
    await openAs(page, "admin@noc.local");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBeTruthy();
    for (const label of ["Latência p95", "Erros 5xx", "Requisições", "Fila WhatsApp", "LLM", "Jobs"]) {
      await panel("Indicadores").getByText(label, { exact: true }).first().waitFor();
    }
    for (const name of ["Latência", "Erros", "Requisições/min", "Serviços", "Alertas ativos"]) {
      await panel(name).waitFor();
    }
  });

  test("filters are in the address, survive a reload and go back", async () => {
    await openAs(page, "admin@noc.local");
    await scopePicker(page).click();
    await page.keyboard.type("otica");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "6 h" }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe("?company=00000000000191&range=6h");
    await page.reload();
    await settled(page);
    expect(await scopePicker(page).textContent()).toContain("Ótica Horizonte");
    expect(await page.getByRole("radio", { name: "6 h" }).getAttribute("aria-checked")).toBe("true");
    await page.goBack();
    expect(new URL(page.url()).search).toBe("?company=00000000000191");
  });

  test("the badge stands on every page, in the title and in the icon of the tab", async () => {
    await openAs(page, "admin@noc.local");
    await page.getByRole("link", { name: "Visão geral" }).click();
    await page.waitForURL(`${WEB_URL}/`);
    await badge(page).waitFor();
    const said = (await badge(page).textContent()) ?? "";
    const open = /(\d+) alertas? abertos?/.exec(said)?.[1];
    expect(await page.title()).toContain(open === undefined ? "NOC" : `(${open}) NOC`);
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toMatch(
      /^\/icon-(up|degraded|down|nodata)\.svg$/,
    );
  });

  test("is live: the mark says so and the age of the data counts", async () => {
    await openAs(page, "admin@noc.local");
    await page.locator("[data-live=live]").waitFor();
    const first = await page.locator("[data-live]").textContent();
    expect(first).toMatch(/dado de \d+\s?s/);
    await page.waitForFunction(
      (text) => document.querySelector("[data-live]")?.textContent !== text,
      first,
    );
  });

  test("keys: R holds the page, T changes the theme, ? helps, / goes to the filters", async () => {
    await openAs(page, "admin@noc.local");
    await page.keyboard.press("r");
    await page.getByRole("button", { name: /^Retomar/ }).first().waitFor();
    await page.keyboard.press("r");
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.keyboard.press("t");
    await page.keyboard.press("t");
    expect(await theme()).toBe("light");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Atalhos de teclado" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(
      /^Empresa ou grupo/,
    );
  });

  test("speaks to its own host and its API alone, and its policy refuses nothing of it", async () => {
    const traces = trace(page);
    await openAs(page, "admin@noc.local");
    await page.locator("[data-live=live]").waitFor();
    await badge(page).click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    const config = (await (await fetch(`${WEB_URL}/config.json`)).json()) as { supabase_url: string };
    const allowed = [new URL(WEB_URL).origin, new URL(config.supabase_url).origin];
    expect([...traces.origins].filter((origin) => !allowed.includes(origin))).toEqual([]);
    expect(traces.complaints).toEqual([]);
    const header = (await fetch(`${WEB_URL}/noc/`)).headers.get("content-security-policy") ?? "";
    expect(header).toContain("default-src 'none'");
    expect(header).not.toMatch(/unsafe-(inline|eval)|__CONNECT_SRC__/);
  });

  test("says that it lost the database, turns grey, and comes back by itself", async () => {
    await openAs(page, "admin@noc.local");
    const before = await page.locator("main").getAttribute("data-freshness");
    await page.route("**/rest/v1/rpc/**", (route) =>
      route.fulfill({ status: 503, json: { code: "PGRST002", message: "no database" } }),
    );
    const lostAt = Date.now();
    await page.getByText(/^NOC sem contato com o banco desde \d\d:\d\d$/).waitFor();
    expect(Date.now() - lostAt).toBeLessThan(15_000);
    expect(await page.locator("main .noc-aged").count()).toBeGreaterThan(0);
    await page.unroute("**/rest/v1/rpc/**");
    await page.locator(`main[data-freshness=${before}]`).waitFor();
    expect(await page.getByText(/sem contato com o banco/).count()).toBe(0);
  });
});
