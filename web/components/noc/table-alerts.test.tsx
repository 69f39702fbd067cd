import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TableAlerts } from "./table-alerts";
import { ago, makeAlert, plainText, show } from "./testing";

afterEach(cleanup);

const rows = () => screen.getAllByRole("listitem").map(plainText);

describe("the active alerts", () => {
  it("say what, where, who, how long, and the value with its limit", () => {
    show(<TableAlerts alerts={[makeAlert()]} />);
    expect(rows()).toEqual([
      "Omie lento · Padaria Três Marias?sem dono27 minDegradado · p95 1.840 ms, limite 1.200 msReconhecer",
    ]);
  });

  it("write ratios, counts and rules without a value in their own way", () => {
    show(
      <TableAlerts
        alerts={[
          makeAlert({
            alert_id: "1",
            title: "error_rate",
            value: 0.062,
            threshold: 0.05,
            unit: "ratio",
          }),
          makeAlert({
            alert_id: "2",
            title: "llm_down",
            value: 1,
            threshold: null,
            unit: "status",
            probe_reason: "timeout",
          }),
          makeAlert({ alert_id: "3", value: 1, unit: "status", company_cnpj: null }),
        ]}
      />,
    );
    expect(rows()[0]).toContain("6,2 % de erros, limite 5 %");
    expect(rows()[1]).toContain("Degradado · sem resposta a tempo · desde 09:11");
    expect(rows()[2]).toContain("Degradado · desde 09:11 · todas as empresas");
  });

  it("call a limit that must not be undercut a minimum", () => {
    const alert = makeAlert({ title: "db_partitions", value: 1, threshold: 2, unit: "count", below: true });
    show(<TableAlerts alerts={[alert]} />);
    expect(rows()[0]).toContain("Faltam partições no banco");
    expect(rows()[0]).toContain("1 à frente, mínimo 2");
  });

  it("stand gravest first, then who waits longest", () => {
    show(
      <TableAlerts
        alerts={[
          makeAlert({ alert_id: "new", opened_at: ago(60), company_name: "Nova" }),
          makeAlert({ alert_id: "old", opened_at: ago(600), company_name: "Velha" }),
          makeAlert({
            alert_id: "down",
            severity: "critical",
            opened_at: ago(5),
            company_name: "Fora",
          }),
        ]}
      />,
    );
    expect(rows().map((row) => /· (\p{L}+)/u.exec(row)?.[1])).toEqual(["Fora", "Velha", "Nova"]);
  });

  it("say who acknowledged and count who has no owner", () => {
    show(
      <TableAlerts
        alerts={[
          makeAlert({ alert_id: "1", state: "ack", owner: "Operador 2" }),
          makeAlert({ alert_id: "2" }),
        ]}
      />,
    );
    expect(rows()[0]).toContain("O2Operador 2");
    expect(rows()[0]).toContain("reconhecido");
    expect(screen.getByText("1 sem dono")).toBeTruthy();
    expect(screen.getByRole("img", { name: "2 alertas abertos" })).toBeTruthy();
  });

  it("say until when, and that it came back", () => {
    const ack_until = "2026-11-23T16:41:00Z";
    show(<TableAlerts alerts={[makeAlert({ state: "ack", ack_until, reopen_count: 1 })]} />);
    expect(rows()[0]).toContain("reconhecido até 13:41");
    expect(rows()[0]).toContain("reabriu (2ª)");
  });

  it("name the day of an acknowledgement that ends on another one", () => {
    const alert = makeAlert({ state: "ack", ack_until: "2026-11-24T12:41:00Z" });
    show(<TableAlerts alerts={[alert]} />);
    expect(rows()[0]).toContain("reconhecido até 24/11 09:41");
  });

  it("call a value that is back within its limit a recovery, no contradiction", () => {
    const held = { title: "error_rate", threshold: 0.1, unit: "ratio", severity: "critical" } as const;
    show(
      <TableAlerts
        alerts={[
          makeAlert({ ...held, alert_id: "1", value: 0.075 }),
          makeAlert({ ...held, alert_id: "2", value: 0.12, opened_at: ago(60) }),
        ]}
      />,
    );
    expect(rows()[0]).toContain("Fora · 7,5 % de erros, limite 10 % · em recuperação");
    expect(rows()[1]).not.toContain("em recuperação");
  });

  it("put the code of a rule that no catalogue knows into words", () => {
    show(<TableAlerts alerts={[makeAlert({ title: "brand_new", company_name: null })]} />);
    expect(rows()[0]).toContain("Brand new: Omie");
  });

  it("are calm when there is none", () => {
    show(<TableAlerts alerts={[]} calmSince={ago(3600)} />);
    expect(screen.getByText("Nenhum alerta aberto")).toBeTruthy();
    expect(screen.getByText("Tudo normal desde 23/11 08:41")).toBeTruthy();
  });

  it("do not claim calm while a shared service is down", () => {
    show(<TableAlerts alerts={[]} calm={false} />);
    expect(screen.getByText("Nenhum alerta aberto")).toBeTruthy();
    expect(screen.queryByText(/Tudo normal/)).toBeNull();
    expect(screen.getByText(/veja em Serviços/)).toBeTruthy();
  });

  it("do not claim calm before the first answer", () => {
    show(<TableAlerts alerts={null} />);
    expect(screen.queryByText("Nenhum alerta aberto")).toBeNull();
    expect(screen.getByRole("status").textContent).toContain("Carregando");
  });

  it("do not claim calm without contact either", () => {
    show(<TableAlerts alerts={null} condition={{ kind: "noContact", since: ago(60) }} />);
    expect(screen.queryByText("Nenhum alerta aberto")).toBeNull();
  });

  it("hold new ones above while the pointer reads the list", () => {
    const first = makeAlert({ alert_id: "1", company_name: "Primeira" });
    const graver = makeAlert({ alert_id: "2", severity: "critical", company_name: "Segunda" });
    const { rerender } = show(<TableAlerts alerts={[first]} />);
    fireEvent.pointerEnter(screen.getByRole("list"));
    rerender(<TableAlerts alerts={[first, graver]} />);
    expect(rows()).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: /1 novo/ }));
    expect(rows()[0]).toContain("Segunda");
  });

  it("open the one that was chosen", () => {
    const onOpen = vi.fn();
    const alert = makeAlert();
    show(<TableAlerts alerts={[alert]} onOpen={onOpen} />);
    fireEvent.click(screen.getByRole("button", { name: /Abrir alerta: Omie lento/ }));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(alert);
  });
});
