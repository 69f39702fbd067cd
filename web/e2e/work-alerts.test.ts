import { describe, expect, test } from "vitest";
import { openAlert } from "./alerts";
import { openAs, trace, WEB_URL } from "./browser";
import { withOpenAlert } from "./open-alert";

const stage = withOpenAlert();
const row = () => stage.row();
const drawer = () => stage.page.getByRole("complementary", { name: /^Bancos com erros/ });
const told = (sentence: RegExp) => stage.told(sentence);
const title = () => row().getByRole("button", { name: /^Abrir alerta: Bancos com erros/ });

describe("a franqueado", () => {
  test("acknowledges, comments and closes an alert, and its timeline remembers", async () => {
    const traces = trace(stage.page);
    await openAs(stage.page, "franqueado@noc.local");
    await title().click();
    await drawer().getByText("Alerta abriu").waitFor();
    expect(new URL(stage.page.url()).search).toBe(`?alert=${stage.alert_id}`);
    expect(await drawer().getByText("É a primeira vez").count()).toBe(0);
    await drawer().getByText(/voltou ao normal/).waitFor();

    await drawer().getByRole("button", { name: "Reconhecer", exact: true }).click();
    await told(/^Alerta reconhecido até (\d\d\/\d\d )?\d\d:\d\d\.$/);
    await drawer().getByText("Você reconheceu").waitFor();
    await row().getByText(/reconhecido até (\d\d\/\d\d )?\d\d:\d\d/).waitFor();

    await drawer().getByRole("textbox", { name: "Nota" }).fill("liguei para o banco");
    await drawer().getByRole("button", { name: "Anotar" }).click();
    await told(/^Nota gravada/);
    await drawer().getByRole("listitem").getByText("liguei para o banco").waitFor();
    const note = drawer().getByRole("textbox", { name: "Nota" });
    await expect.poll(() => note.inputValue()).toBe("");

    await drawer().getByRole("button", { name: "Fechar…" }).click();
    const dialog = stage.page.getByRole("dialog", { name: "Fechar o alerta à mão" });
    await dialog.getByRole("textbox", { name: "Motivo" }).fill("falso alarme");
    await dialog.getByRole("button", { name: "Fechar alerta" }).click();
    await told(/^Alerta fechado\./);
    await drawer().getByText("Você fechou").waitFor();
    await drawer().getByRole("listitem").getByText("falso alarme").waitFor();
    await row().waitFor({ state: "detached" });
    const lines = await drawer().getByRole("list").first().getByRole("listitem").allInnerTexts();
    expect(lines.join("\n")).toMatch(
      /Você fechou[\s\S]*Você anotou[\s\S]*Você reconheceu[\s\S]*2[67]\smin sem ação[\s\S]*Alerta abriu/,
    );
    expect(traces.complaints).toEqual([]);
  });

  test("acknowledges from the row with one key, and takes and releases from its menu", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await title().focus();
    await stage.page.keyboard.press("a");
    await told(/^Alerta reconhecido até/);
    await row().getByText("Você").waitFor();
    await row().getByRole("button", { name: /^Ações/ }).click();
    await stage.page.getByRole("menuitem", { name: "Liberar" }).click();
    await told(/^Alerta liberado/);
    await row().getByText("sem dono").waitFor();
  });

  test("chooses for how long, by keyboard alone", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await row().getByRole("button", { name: /^Ações/ }).focus();
    await stage.page.keyboard.press("Enter");
    await stage.page.getByRole("menuitem", { name: "Reconhecer por…" }).focus();
    await stage.page.keyboard.press("Enter");
    const form = stage.page.getByRole("dialog", { name: "Reconhecer por…" });
    await form.getByRole("radio", { name: /^24\sh$/ }).click();
    await form.getByRole("button", { name: /^Reconhecer por 24\sh$/ }).click();
    await told(/^Alerta reconhecido até/);
    await form.waitFor({ state: "detached" });
    await row().getByText(/reconhecido até \d\d\/\d\d \d\d:\d\d/).waitFor();
  });

  test("shares the drawer's address, goes back out of it, and finds the row focused", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await title().click();
    await drawer().getByText("Alerta abriu").waitFor();
    await stage.page.reload();
    await drawer().getByText("Alerta abriu").waitFor();
    await stage.page.goBack();
    await drawer().waitFor({ state: "detached" });
    expect(new URL(stage.page.url()).search).toBe("");
    await title().click();
    await drawer().waitFor();
    await stage.page.keyboard.press("Escape");
    await drawer().waitFor({ state: "detached" });
    expect(await stage.page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^Abrir alerta/);
  });

  test("reads why it did not work, and tries again", async () => {
    await openAs(stage.page, "franqueado@noc.local");
    await stage.page.route("**/rest/v1/rpc/noc_ack_alert", (route) =>
      route.fulfill({
        status: 503,
        json: { code: "PGRST002", message: "no database", details: null, hint: null },
      }),
    );
    await row().getByRole("button", { name: /^Reconhecer/ }).click();
    await row().getByText(/Sem contato com o banco: não foi confirmado/).waitFor();
    await stage.page.unroute("**/rest/v1/rpc/noc_ack_alert");
    await row().getByRole("button", { name: "Tentar de novo" }).click();
    await told(/^Alerta reconhecido até/);
  });
});

describe("a cliente", () => {
  test("sees the alert and its story, and why the actions are locked", async () => {
    await openAs(stage.page, "cliente@noc.local");
    const locked = row().getByRole("button", { name: "Reconhecer" });
    expect(await locked.getAttribute("aria-disabled")).toBe("true");
    await title().focus();
    await stage.page.keyboard.press("Tab");
    const reason = stage.page.getByRole("tooltip");
    await reason.getByText("Quem os trata é o franqueado ou um admin.").waitFor();
    await stage.page.keyboard.press("Escape");
    await title().click();
    await drawer().getByText("Alerta abriu").waitFor();
    expect(await drawer().getByRole("textbox").count()).toBe(0);
    for (const name of ["Anotar", "Fechar…", "Reconhecer"]) {
      const button = drawer().getByRole("button", { name, exact: true });
      expect(await button.getAttribute("aria-disabled")).toBe("true");
    }
  });

  test("is told the same of a foreign alert as of one that never was", async () => {
    const foreign = await openAlert("00000000000191");
    await openAs(stage.page, "cliente@noc.local");
    const said: string[] = [];
    for (const id of [foreign, "00000000-0000-4000-8000-000000000000"]) {
      await stage.page.goto(`${WEB_URL}/noc/?alert=${id}`);
      const missing = stage.page.getByRole("complementary", { name: "Alerta não encontrado" });
      await missing.waitFor();
      said.push(await missing.innerText());
    }
    expect(said[0]).toBe(said[1]);
  });
});
