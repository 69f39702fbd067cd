import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alertOf, dropF360, settleProbes, watchF360 } from "./alerts";
import { badge, contextOf, launch, openAs, settled, trace, WEB_URL } from "./browser";
import { mailsTo, whatsAppsTo } from "./fakes";

/** From the alert to the telephone. */
const TOLD_WITHIN_MS = 30_000;
const FRANQUEADO = { email: "franqueado@noc.local", phone: "5511988880002" };
const NAME = "F360 não responde · Padaria Três Marias";

let browser: Browser;
let check_id: string;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  await dropF360();
  check_id = await watchF360();
  await settleProbes(check_id, "good", 2);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await dropF360();
});

const open = async () => (await contextOf(browser)).newPage();
const row = (page: Page, alert_id: string) => page.locator(`[data-alert="${alert_id}"]`);
const drawer = (page: Page) => page.getByRole("complementary", { name: NAME });
const within = (ms: number) => ({ timeout: ms, interval: 250 });
const ours = (alert_id: string) => (text: { text: string }) => text.text.includes(alert_id);

/** What a screen reader is told at once, from now on. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const region = document.querySelector("p[role=alert]");
    if (region === null) throw new Error("nothing announces");
    new MutationObserver(() => said.push(region.textContent)).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said);
}

/** The page's own credentials, to ask the database what no button asks. */
async function verifyAudit(page: Page): Promise<{ company_cnpj: string; valid: boolean }[]> {
  const seen = page.waitForRequest("**/rest/v1/rpc/noc_badge");
  await page.reload();
  const request = await seen;
  const { apikey = "", authorization = "" } = await request.allHeaders();
  const answer = await fetch(request.url().replace("noc_badge", "noc_verify_audit"), {
    method: "POST",
    headers: { apikey, authorization, "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(200);
  const { data, chains } = (await answer.json()) as Record<string, never>;
  return ((data as { chains?: never } | undefined)?.chains ?? chains) as never;
}

async function breach(page: Page): Promise<string> {
  await settleProbes(check_id, "bad", 3);
  const opened = () => alertOf(check_id);
  await expect.poll(opened, within(TOLD_WITHIN_MS)).not.toBeNull();
  const alert_id = (await opened()) ?? "";
  await row(page, alert_id).waitFor();
  return alert_id;
}

describe("an alert's whole story", () => {
  test("is lived through by a franqueado, from the breach to the message that it is over", async () => {
    const page = await open();
    const traces = trace(page);
    await openAs(page, FRANQUEADO.email);
    await badge(page).waitFor();
    const said = await listen(page);

    const alert_id = await breach(page);
    await expect.poll(() => badge(page).getAttribute("data-status")).toBe("DOWN");
    await expect
      .poll(async () => (await said()).filter((text) => text.includes("F360 não responde")))
      .toEqual([`Crítico: ${NAME}`]);

    const mailed = async () =>
      (await mailsTo(FRANQUEADO.email, /Crítico · F360 não responde/)).filter(ours(alert_id));
    await expect.poll(async () => (await mailed()).length, within(TOLD_WITHIN_MS)).toBe(1);
    const messaged = async () =>
      (await whatsAppsTo(FRANQUEADO.phone)).filter((one) => one.button_url?.includes(alert_id));
    await expect.poll(async () => (await messaged()).length, within(TOLD_WITHIN_MS)).toBe(1);

    // The link of the mail leads to the drawer.
    const link = /https?:\S+alert=\S+/.exec((await mailed())[0]?.text ?? "")?.[0] ?? "";
    await page.goto(link);
    await settled(page);
    await drawer(page).getByText("Alerta abriu").waitFor();
    const why = drawer(page).getByRole("region", { name: "Por que disparou?" });
    await why.getByText("falhou: sem resposta a tempo").first().waitFor();
    await drawer(page).getByText("Aviso de que abriu").waitFor();
    await expect
      .poll(() => drawer(page).getByRole("list").first().innerText(), within(TOLD_WITHIN_MS))
      .toMatch(/Francisco Ipê · WhatsApp \S+ — (enviado|entregue|lido) em/);

    await drawer(page).getByRole("button", { name: "Reconhecer", exact: true }).click();
    await drawer(page).getByText("Você reconheceu").waitFor();
    await drawer(page).getByRole("textbox", { name: "Nota" }).fill("liguei para a F360");
    await drawer(page).getByRole("button", { name: "Anotar" }).click();
    await drawer(page).getByRole("listitem").getByText("liguei para a F360").waitFor();

    await settleProbes(check_id, "good", 2);
    await drawer(page).getByText("Alerta fechou", { exact: true }).waitFor({ timeout: TOLD_WITHIN_MS });
    const ended = async () =>
      (await mailsTo(FRANQUEADO.email, /Normalizado · F360 não responde/)).filter(ours(alert_id));
    await expect.poll(async () => (await ended()).length, within(TOLD_WITHIN_MS)).toBe(1);
    const freed = async () =>
      (await whatsAppsTo(FRANQUEADO.phone))
        .slice(-1)
        .map((one) => `${one.template ?? ""} ${one.body}`);
    await expect
      .poll(async () => (await freed()).join(), within(TOLD_WITHIN_MS))
      .toMatch(/^noc_alerta_fechado .*F360 não responde/);

    await drawer(page).getByText("Aviso de resolvido").waitFor({ timeout: TOLD_WITHIN_MS });
    const story = await drawer(page).getByRole("list").first().innerText();
    expect(story).toMatch(
      /Aviso de resolvido[\s\S]*Alerta fechou[\s\S]*Você anotou[\s\S]*Você reconheceu[\s\S]*Aviso de que abriu[\s\S]*Alerta abriu/,
    );
    const chains = await verifyAudit(page);
    expect(chains.map((one) => one.company_cnpj)).toContain("11222333000181");
    expect(chains.filter((one) => !one.valid)).toEqual([]);
    expect(traces.complaints).toEqual([]);
  }, 240_000);

  test("is seen by the company's cliente, locked, and without people and notices", async () => {
    const worker = await open();
    await openAs(worker, FRANQUEADO.email);
    const alert_id = await breach(worker);
    await row(worker, alert_id).getByRole("button", { name: /^Reconhecer/ }).click();
    await worker.getByRole("status").getByText(/^Alerta reconhecido até/).waitFor();

    const page = await open();
    await openAs(page, "cliente@noc.local", `/noc/?alert=${alert_id}`);
    await drawer(page).getByText("Operador reconheceu").waitFor();
    await drawer(page).getByText("falhou: sem resposta a tempo").first().waitFor();
    await drawer(page).getByText("Seu papel acompanha os alertas.").waitFor();
    for (const name of ["Anotar", "Fechar…", "Reconhecer"]) {
      const button = drawer(page).getByRole("button", { name, exact: true });
      expect(await button.getAttribute("aria-disabled")).toBe("true");
    }
    const text = await drawer(page).innerText();
    for (const hidden of ["Francisco", "franqueado@", "Aviso", "O que mudou antes"]) {
      expect(text).not.toContain(hidden);
    }
  }, 120_000);

  test.each(["franqueado.b@noc.local", "cliente.b@noc.local"])(
    "is nowhere to be seen for %s",
    async (email) => {
      const worker = await open();
      await openAs(worker, FRANQUEADO.email);
      const alert_id = await breach(worker);
      const unseen = async (page: Page) => {
        await page.waitForLoadState("networkidle");
        expect(await row(page, alert_id).count()).toBe(0);
        expect(await page.locator("body").innerText()).not.toContain("Padaria Três Marias");
      };
      const page = await open();
      await openAs(page, email);
      await unseen(page);
      await page.goto(`${WEB_URL}/noc/?view=history&period=all`);
      await page.getByRole("region", { name: "Histórico de alertas" }).waitFor();
      await unseen(page);
      await page.goto(`${WEB_URL}/noc/?alert=${alert_id}`);
      await page.getByRole("complementary", { name: "Alerta não encontrado" }).waitFor();
      await unseen(page);
      expect((await mailsTo(email, /F360 não responde/)).filter(ours(alert_id))).toEqual([]);
    },
    120_000,
  );
});
