import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { badge, contextOf, launch, openAs, settled, signIn, WEB_URL } from "./browser";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await (await contextOf(browser)).newPage();
});
afterEach(() => page.context().close());

describe("signing in", () => {
  test.each([
    ["admin@noc.local", "Admin"],
    ["franqueado@noc.local", "Franqueado"],
    ["cliente@noc.local", "Cliente"],
    ["franqueado.b@noc.local", "Franqueado"],
    ["cliente.b@noc.local", "Cliente"],
  ])("%s enters as %s and sees a badge with a state", async (email, role) => {
    await page.goto(`${WEB_URL}/noc/`);
    await signIn(page, email);
    await settled(page);
    await page.getByRole("button", { name: `Conta: ${role}`, exact: true }).waitFor();
    expect(await badge(page).getAttribute("data-status")).toMatch(/^(UP|DEGRADED|DOWN|NO_DATA)$/);
  });

  test("a wrong password says so, in words and once", async () => {
    await page.goto(`${WEB_URL}/noc/`);
    await signIn(page, "admin@noc.local", "not-the-password");
    const problem = page.getByRole("alert").filter({ hasText: /./ });
    await problem.waitFor();
    expect(await problem.textContent()).toBe("E-mail ou senha não conferem.");
    expect(await page.locator("main [data-verdict]").count()).toBe(0);
  });

  test("the page that was asked for is shown after it, filters included", async () => {
    await page.goto(`${WEB_URL}/noc/?range=6h`);
    await signIn(page, "admin@noc.local");
    await settled(page);
    expect(new URL(page.url()).search).toBe("?range=6h");
    expect(await page.getByRole("radio", { name: "6 h" }).getAttribute("aria-checked")).toBe("true");
  });

  test("leaving forgets the session and all that was read", async () => {
    await openAs(page, "admin@noc.local");
    await page.getByRole("button", { name: /^Conta/ }).click();
    await page.getByRole("button", { name: "Sair" }).click();
    await page.getByLabel("Senha").waitFor();
    const keys = await page.evaluate(() => Object.keys(localStorage));
    expect(keys.filter((key) => key.startsWith("noc.session"))).toEqual([]);
    expect(await page.locator("main [data-verdict]").count()).toBe(0);
    await page.reload();
    await page.getByLabel("Senha").waitFor();
  });
});
