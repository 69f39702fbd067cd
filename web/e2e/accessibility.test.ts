import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropAlerts, openAlert } from "./alerts";
import {
  badge,
  contextOf,
  enterAs,
  launch,
  openAs,
  pageOn,
  turnInto,
  WEB_URL,
  type Screen,
} from "./browser";
import { dropTabRows, tabRows } from "./tab-rows";

let browser: Browser;
let axe: string;
beforeAll(async () => {
  browser = await launch();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
afterAll(() => browser.close());

/** Each size and each theme once; in `make proof` (NOC_SCALE 1) each size in each theme. */
const screens: Screen[] =
  Number(process.env["NOC_SCALE"] ?? 0) >= 1
    ? ["desktop-dark", "desktop-light", "phone-dark", "phone-light"]
    : ["desktop-dark", "phone-light"];

/**
 * Each violation on any screen with the places where it was found: a failure names what to mend. Of
 * the whole page, or of what has opened on it.
 */
async function violations(page: Page, part = page.locator("html")): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate(axe);
  for (const screen of screens) {
    await turnInto(page, screen);
    const seen = await part.evaluate((element) =>
      (window as unknown as { axe: { run: (of: Node) => Promise<AxeResults> } }).axe.run(element),
    );
    for (const { id, nodes } of seen.violations) {
      const places = nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`);
      found.push([`${screen}: ${id}`, ...places].join("\n"));
    }
  }
  await turnInto(page, "desktop-dark");
  return found;
}

describe("axe finds nothing on any screen", () => {
  test("in the sign-in form", async () => {
    const page = await (await contextOf(browser)).newPage();
    await page.goto(`${WEB_URL}/noc/`);
    await page.getByLabel("Senha").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test("in the NOC page, with and without the badge's summary", async () => {
    const page = await pageOn(browser);
    await openAs(page, "admin@noc.local");
    await page.locator("[data-live=live]").waitFor();
    expect(await violations(page)).toEqual([]);
    await badge(page).click();
    await page.getByRole("dialog").waitFor();
    expect(await violations(page, page.getByRole("dialog"))).toEqual([]);
    await page.close();
  });

  test.each(["franqueado@noc.local", "cliente@noc.local"])(
    "in an incident's drawer and its dialogs, for %s",
    async (email) => {
      const alert_id = await openAlert();
      const page = await pageOn(browser);
      try {
        await openAs(page, email, `/noc/?alert=${alert_id}`);
        const drawer = page.getByRole("complementary");
        await drawer.getByText("Alerta abriu").waitFor();
        expect(await violations(page, drawer)).toEqual([]);
        if (email.startsWith("cliente")) return;
        await drawer.getByRole("button", { name: "Fechar…" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Fechar alerta" }).click();
        await page.getByRole("dialog").getByRole("alert").waitFor();
        expect(await violations(page, page.getByRole("dialog"))).toEqual([]);
      } finally {
        await page.close();
        await dropAlerts();
      }
    },
  );

  test.each([
    ["/noc/?view=history&period=all", "Histórico de alertas"],
    ["/noc/?view=silences", "Silêncios"],
    ["/noc/?view=silences", "Manutenções"],
    ["/noc/settings/", "Contatos"],
    ["/noc/settings/?tab=notices", "Avisos enviados"],
    ["/noc/settings/?tab=rules", "Ensaio"],
  ])("in %s and what opens there", async (path, panel) => {
    await openAlert();
    const page = await pageOn(browser);
    try {
      await enterAs(page, "franqueado@noc.local", path);
      const region = page.getByRole("region", { name: panel, exact: true });
      await region.getByText(/./).first().waitFor();
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      expect(await violations(page)).toEqual([]);
      const opens = region.getByRole("button", { name: /^(Novo (silêncio|contato)|Nova manutenção)$/ });
      if ((await opens.count()) === 0) return;
      await opens.first().click();
      await page.getByRole("dialog").waitFor();
      expect(await violations(page, page.getByRole("dialog"))).toEqual([]);
    } finally {
      await page.close();
      await dropAlerts();
    }
  });

  test("in the editor of a new rule, with what is wrong in it", async () => {
    const page = await pageOn(browser);
    try {
      await enterAs(page, "admin@noc.local", "/noc/settings/?tab=rules");
      await page.getByRole("button", { name: "Nova regra" }).click();
      await page.getByLabel("Nome", { exact: true }).fill("p95 latency");
      await page.getByText(/^Já há uma regra/).waitFor();
      await page.getByText("Serviços de fora").click();
      const channels = page.getByRole("group", { name: "Avisar por" });
      await channels.getByRole("checkbox", { name: "E-mail" }).uncheck();
      await channels.getByRole("checkbox", { name: "WhatsApp" }).uncheck();
      await page.getByRole("textbox", { name: /^Limite Degradado/ }).fill("900");
      await page.waitForLoadState("networkidle");
      expect(await violations(page)).toEqual([]);
    } finally {
      await page.close();
    }
  });

  test.each(["queues", "jobs", "sessions", "actions"])("in the tab %s and beside it", async (tab) => {
    await tabRows();
    const page = await pageOn(browser);
    try {
      await openAs(page, "franqueado@noc.local", `/noc/?tab=${tab}`);
      const panel = page.getByRole("tabpanel");
      await panel.getByText(/./).first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(await violations(page)).toEqual([]);
      const opens = panel.getByRole("button", { name: /^Ver (mensagens|tentativas) de/ });
      if ((await opens.count()) === 0) return;
      await opens.first().click();
      const beside = page.getByRole("complementary");
      await beside.getByText(/./).first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(await violations(page, beside)).toEqual([]);
    } finally {
      await page.close();
      await dropTabRows();
    }
  });

  test("in the first page", async () => {
    const page = await pageOn(browser);
    await enterAs(page, "franqueado@noc.local", "/");
    await page.getByRole("table").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});
