import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { GridServices } from "../grid-services";
import { READY } from "../panel-state";
import { ago, makeService, plainText, show } from "../testing";
import { CardWorkers } from "./card-workers";

afterEach(cleanup);

const copy = { worker: "notify", instance: "host:1", age_s: 3, silent: false, skew_s: 0.004 };

describe("the NOC's own hands", () => {
  it("are each said, those that are silent first, and the card is never green with one", () => {
    show(
      <CardWorkers
        workers={[copy, { ...copy, worker: "act", silent: true, age_s: 300, skew_s: null }]}
        condition={READY}
      />,
    );
    const rows = screen.getAllByRole("row").slice(1);
    expect(rows.map((row) => within(row).getAllByRole("cell").map(plainText))).toEqual([
      ["Ações (act)", "host:1", "mudo há 5 min", "há 5 min", "ainda não medido"],
      ["Avisos", "host:1", "dá sinal", "há 3 s", "+4 ms"],
    ]);
    const card = screen.getByRole("region", { name: "Saúde do NOC" });
    expect(within(card).getByText("Fora")).toBeTruthy();
    expect(within(card).queryByText("Normal")).toBeNull();
  });

  it("that are none are said to be none, with the next step", () => {
    show(<CardWorkers workers={[]} condition={READY} />);
    expect(screen.getByText("Nenhum worker deu sinal em 24 h")).toBeTruthy();
    expect(screen.queryByText("Normal")).toBeNull();
  });
});

describe("a provider that nobody calls now", () => {
  const cut = { provider: "meta", company_cnpj: null, since: ago(1620), probe_at: ago(-4) };

  it("is said above the services, with when it is tried again and that nothing is lost", () => {
    show(<GridServices services={[makeService()]} cut_off={[cut]} />);
    const list = screen.getByRole("list", { name: /não são chamados agora/ });
    expect(plainText(list)).toContain("WhatsApp (Meta) falha e ninguém o chama desde 09:14");
    expect(plainText(list)).toContain("a próxima às 09:41:11");
  });

  it("for one company names it, and a foreign one is not named", () => {
    const companies = [{ company_cnpj: "1", name: "Padaria", group_id: null, active: true }];
    const cuts = [{ ...cut, company_cnpj: "1" }, { ...cut, company_cnpj: "2" }];
    show(<GridServices services={[makeService()]} cut_off={cuts} companies={companies} />);
    const [own, other] = screen.getAllByRole("listitem").map(plainText);
    expect(own).toContain("ninguém o chama por Padaria");
    expect(other).toContain("por uma empresa");
  });
});
