import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dropSettings, NEW_RULE } from "./alerts";
import { enterAs, launch, pageOn, trace, type Screen } from "./browser";

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  await dropSettings();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await pageOn(browser);
});
afterEach(async () => {
  await page.close();
  await dropSettings();
});

const NAME = "E2E Plantão";
/** What the backtest says once it was made; a young instance has nothing to make it of. */
const TRIED = /^(Teria disparado|Não teria disparado|Sem dados)/;
const NEW_RULE_NAME = "E2E nova";
const panel = (name: string) => page.getByRole("region", { name, exact: true });
const told = (sentence: RegExp) => page.getByRole("status").getByText(sentence).waitFor();
const ours = () => panel("Contatos").getByRole("listitem").filter({ hasText: NAME });
async function openSettings(email: string, tab = ""): Promise<void> {
  await enterAs(page, email, `/noc/settings/${tab}`);
}

describe("a franqueado", () => {
  test("adds a contact, corrects it, and takes it away", async () => {
    const traces = trace(page);
    await openSettings("franqueado@noc.local");
    await panel("Contatos").getByRole("button", { name: "Novo contato" }).click();
    const dialog = page.getByRole("dialog", { name: "Novo contato" });
    await dialog.getByLabel("Nome").fill(NAME);
    await dialog.getByRole("button", { name: "Gravar contato" }).click();
    await dialog.getByRole("alert").getByText(/e-mail ou WhatsApp é obrigatório/).waitFor();
    await dialog.getByLabel("E-mail", { exact: true }).fill("e2e@empresa.example");
    await dialog.getByLabel("WhatsApp", { exact: true }).fill("+5511999998888");
    await dialog.getByRole("button", { name: "Gravar contato" }).click();
    await told(/^Contato gravado/);
    await ours().getByText(/e2e@empresa\.example, a partir de Degradado/).waitFor();
    expect(await ours().innerText()).not.toContain("99999");

    await ours().getByRole("button", { name: `Editar ${NAME}` }).click();
    const edit = page.getByRole("dialog", { name: "Editar contato" });
    await edit.getByLabel("E-mail a partir de").selectOption("critical");
    await edit.getByRole("button", { name: "Gravar contato" }).click();
    await ours().getByText(/e2e@empresa\.example, a partir de Fora/).waitFor();

    await ours().getByRole("button", { name: `Testar E-mail de ${NAME}` }).click();
    await told(/^Teste a caminho/);
    await ours().getByRole("button", { name: `Excluir ${NAME}` }).click();
    await ours().getByRole("button", { name: "Excluir mesmo" }).click();
    await told(/^Contato excluído/);
    await ours().waitFor({ state: "detached" });
    expect(traces.complaints).toEqual([]);
  });

  test("sees the test that was sent among the notices", async () => {
    await openSettings("franqueado@noc.local", "?tab=notices");
    await panel("Avisos enviados").waitFor();
    await page.getByRole("radio", { name: "Contatos" }).click();
    await panel("Contatos").waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.goBack();
    await panel("Avisos enviados").waitFor();
  });

  test("may not change everybody's rule, and makes an exception for one company", async () => {
    await openSettings("franqueado@noc.local", "?tab=rules");
    await panel("Regras").getByRole("button", { name: /^Latência p95/ }).click();
    const limit = page.getByRole("textbox", { name: /^Limite Degradado/ });
    await page.getByText(/só admin a muda/).waitFor();
    expect(await limit.getAttribute("readonly")).not.toBeNull();
    expect(await page.getByRole("button", { name: "Nova regra" }).count()).toBe(0);
    await page.getByLabel("Vale para").selectOption({ label: "Farmácia Ipê Amarelo" });
    await limit.fill("1850");
    await panel("Ensaio").getByText(TRIED).waitFor();
    await page.getByRole("button", { name: "Publicar exceção" }).first().click();
    await told(/^Regra publicada/);
    const item = panel("Regras").getByRole("button", { name: /^Farmácia Ipê Amarelo.*1\.850/ });
    await item.click();
    await page.getByRole("button", { name: "Remover exceção" }).click();
    await page.getByText(/^Depois passa a valer: Latência p95 · todas as empresas/).waitFor();
    await page.getByRole("button", { name: "Remover mesmo" }).click();
    await told(/^Exceção removida/);
    await item.waitFor({ state: "detached" });
  });
});

test("an admin's wrong limits are refused by name", async () => {
  await openSettings("admin@noc.local", "?tab=rules");
  await panel("Regras").getByRole("button", { name: /^Latência p95/ }).click();
  await page.getByRole("textbox", { name: /^Limite Degradado/ }).fill("9000");
  await page.getByRole("button", { name: /^Publicar v\d/ }).first().click();
  await page.getByRole("alert").getByText(/limite/).waitFor();
});

test("an admin tries a new rule by keyboard on the past, publishes it and names its channels", async () => {
  await openSettings("admin@noc.local", "?tab=rules");
  await panel("Regras").getByRole("button", { name: "Nova regra" }).click();
  const name = page.getByLabel("Nome", { exact: true });
  await name.fill(NEW_RULE_NAME);
  await page.getByText(`Código: ${NEW_RULE}`).waitFor();
  await page.getByRole("textbox", { name: /^Limite Degradado/ }).fill("300");
  await page.getByLabel("Em qual empresa").selectOption({ label: "Padaria Três Marias" });
  const said = panel("Ensaio").getByRole("status");
  await said.getByText(TRIED).waitFor();

  const slider = page.getByRole("slider", { name: "Limite Degradado" });
  await slider.focus();
  const before = await slider.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await slider.getAttribute("aria-valuetext")).not.toBe(before);
  await said.getByText(TRIED).waitFor();
  await panel("Ensaio")
    .getByRole("img", { name: /Alertas que teriam disparado/ })
    .or(panel("Ensaio").getByText(/^Nada guardado/))
    .waitFor();

  const whatsApp = page.getByRole("checkbox", { name: "WhatsApp" });
  await whatsApp.focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Publicar regra" }).first().click();
  await told(/^Regra publicada: v1/);
  await panel("Regras").getByRole("button", { name: /^E2e nova/ }).waitFor();
  expect(await whatsApp.isChecked()).toBe(false);
});

test("a cliente is told who looks after the settings, and has no link to them", async () => {
  await openSettings("cliente@noc.local");
  await page.getByText("Seu papel não vê os ajustes").waitFor();
  expect(await page.getByRole("link", { name: "Ajustes do NOC" }).count()).toBe(0);
});

test.each<Screen>(["phone-dark", "phone-light"])("the settings fit %s", async (screen) => {
  await page.close();
  page = await pageOn(browser, screen);
  for (const [tab, name] of [["", "Contatos"], ["?tab=rules", "Regras"]] as const) {
    await openSettings("franqueado@noc.local", tab);
    await panel(name).waitFor();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
  }
});
