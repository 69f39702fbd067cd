import { describe, expect, test } from "vitest";
import { dropSilences } from "./alerts";
import { openAs, settled, trace, WEB_URL, type Screen } from "./browser";
import { withOpenAlert } from "./open-alert";

const stage = withOpenAlert(dropSilences);
const REASON = "e2e: deploy do banco";
const row = () => stage.row();
const dialog = () => stage.page.getByRole("dialog", { name: "Silenciar alertas" });
const told = (sentence: RegExp) => stage.told(sentence);
const silences = () => stage.page.getByRole("region", { name: "Silêncios", exact: true });
const ours = () => silences().getByRole("listitem").filter({ hasText: REASON });

async function silenceFromMenu(): Promise<void> {
  await row().getByRole("button", { name: /^Ações/ }).click();
  await stage.page.getByRole("menuitem", { name: "Silenciar…" }).click();
  await dialog().getByText(/^Silencia 1 alerta aberto/).waitFor();
  await dialog().getByRole("textbox", { name: "Motivo" }).fill(REASON);
  await dialog().getByRole("button", { name: /^Silenciar 1 alerta por/ }).click();
  await told(/^Silenciado até (\d\d\/\d\d )?\d\d:\d\d\.$/);
}

describe("a franqueado", () => {
  test("silences an alert, still sees it and why, and takes it back from its drawer", async () => {
    const traces = trace(stage.page);
    await openAs(stage.page, "franqueado@noc.local");
    await silenceFromMenu();
    const group = stage.page.locator("details").filter({ hasText: /silenciado/ });
    await group.locator("summary").click();
    await group.getByText(REASON).waitFor();
    await row().getByRole("button", { name: /^Abrir alerta/ }).click();
    const drawer = stage.page.getByRole("complementary");
    await drawer.getByText(/^Silenciado até .*: ninguém é avisado\.$/).waitFor();
    await drawer.getByText("Deixou de avisar").waitFor();
    await drawer.getByRole("button", { name: "Encerrar" }).click();
    await told(/^Silêncio encerrado/);
    await drawer.getByText("Voltou a avisar").waitFor();
    await row().getByRole("button", { name: /^Reconhecer/ }).waitFor();
    expect(traces.complaints).toEqual([]);
  });

  test("finds it in the list of silences and ends it there", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await silenceFromMenu();
    await stage.page.getByRole("radio", { name: "Silêncios" }).click();
    await ours().getByText(/^expira em (59\smin|1\sh)$/).waitFor();
    await ours().getByText("1 alerta", { exact: true }).waitFor();
    await ours().getByRole("button", { name: /^Encerrar/ }).click();
    await told(/^Silêncio encerrado/);
    await ours().waitFor({ state: "detached" });
    await silences().getByRole("checkbox", { name: "Mostrar encerrados" }).check();
    await ours().getByText(/^terminou/).waitFor();
    expect(await ours().getByRole("button").count()).toBe(0);
  });

  test("silences with the keyboard alone, and must say why", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await row().getByRole("button", { name: /^Abrir alerta/ }).focus();
    await stage.page.keyboard.press("s");
    await dialog().waitFor();
    await dialog().getByRole("radio", { name: /^Só este alerta/ }).focus();
    const rule = dialog().getByRole("radio", { name: /^Esta regra nesta empresa/ });
    // A person holds a key; the choice follows the focus only while it is down.
    await stage.page.keyboard.press("ArrowDown", { delay: 400 });
    await expect.poll(() => rule.isChecked()).toBe(true);
    const reason = dialog().getByRole("textbox", { name: "Motivo" });
    await dialog().getByRole("button", { name: /^Silenciar \d/ }).press("Enter");
    await dialog().getByRole("alert").getByText(/^Escreva o motivo/).waitFor();
    await stage.page.keyboard.type(REASON);
    expect(await reason.inputValue()).toBe(REASON);
    await dialog().getByRole("button", { name: /^Silenciar \d/ }).press("Enter");
    await told(/^Silenciado até/);
    await dialog().waitFor({ state: "detached" });
  });

  test("is told how long critical alerts stay silent, and reads a refusal", async () => {
    await openAs(stage.page, "franqueado@noc.local", "/noc/?view=silences");
    await silences().getByRole("button", { name: "Novo silêncio" }).click();
    await dialog().getByText("Escolha ao menos uma condição.").waitFor();
    await dialog().getByLabel("Serviço").selectOption("banks");
    await dialog().getByText(/1 crítico/).waitFor();
    await dialog().getByRole("radio", { name: /^24\sh$/ }).click();
    await dialog().getByText(/Os críticos, só até/).waitFor();
    await stage.page.route("**/rest/v1/rpc/noc_silence", (route) =>
      route.fulfill({
        status: 400,
        json: { code: "PT400", message: "ends_at: …", details: null, hint: "ends_at" },
      }),
    );
    await dialog().getByRole("textbox", { name: "Motivo" }).fill(REASON);
    await dialog().getByRole("button", { name: /^Silenciar \d/ }).click();
    await dialog().getByText(/O tempo passa do que seu papel pode/).waitFor();
  });
});

describe("a cliente", () => {
  test("sees that it is silenced and until when, not why nor by whom, and cannot silence", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await silenceFromMenu();
    await stage.showOn("phone-dark");
    await openAs(stage.page, "cliente@noc.local");
    const group = stage.page.locator("details").filter({ hasText: /silenciado/ });
    await group.locator("summary").click();
    await group.getByText(/^até (\d\d\/\d\d )?\d\d:\d\d$/).first().waitFor();
    expect(await stage.page.locator("body").innerText()).not.toContain(REASON);
    await row().getByRole("button", { name: /^Abrir alerta/ }).click();
    const drawer = stage.page.getByRole("complementary");
    await drawer.getByText(/^Silenciado até/).waitFor();
    expect(await drawer.getByRole("button", { name: "Encerrar" }).count()).toBe(0);
    await stage.page.goto(`${WEB_URL}/noc/?view=silences`);
    await settled(stage.page);
    await stage.page.getByRole("region", { name: "Alertas ativos" }).waitFor();
    expect(await stage.page.getByRole("radio", { name: "Silêncios" }).count()).toBe(0);
  });
});

test.each<Screen>(["phone-dark", "phone-light"])("the dialog and the list fit %s", async (screen) => {
  await stage.showOn(screen);
  await openAs(stage.page, "franqueado@noc.local");
  await silenceFromMenu();
  await stage.page.getByRole("radio", { name: "Silêncios" }).click();
  await ours().waitFor();
  const wide = await stage.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
});
