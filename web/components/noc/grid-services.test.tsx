import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GridServices } from "./grid-services";
import { ago, makeService, plainText, show } from "./testing";

afterEach(cleanup);

const rows = () => screen.getAllByRole("row").slice(1).map(plainText);

describe("the services", () => {
  it("stand worst first, then by name", () => {
    show(
      <GridServices
        services={[
          makeService({ service_name: "whatsapp" }),
          makeService({ service_name: "banks", status: "NO_DATA" }),
          makeService({ service_name: "api" }),
          makeService({ service_name: "omie", status: "DEGRADED" }),
          makeService({ service_name: "llm", status: "DOWN" }),
        ]}
      />,
    );
    expect(rows().map((row) => /^[A-Z][a-z]*[A-Z]*[a-z]*/.exec(row)?.[0].slice(0, 3))).toEqual([
      "LLM",
      "Omi",
      "Ban",
      "API",
      "Wha",
    ]);
  });

  it("say state, reason, since, p95, errors and sample size", () => {
    show(
      <GridServices
        services={[
          makeService({ status: "DEGRADED", reason: "latency", since: ago(1620), p95_ms: 1840 }),
        ]}
      />,
    );
    expect(rows()).toEqual(["OmieERPDegradadolento27 min1.840 ms1 %5.120"]);
  });

  it("say until when they are under maintenance", () => {
    const until = "2026-11-23T13:30:00Z";
    show(<GridServices services={[makeService({ status: "MAINTENANCE", until, since: null })]} />);
    expect(rows()[0]).toContain("Manutençãoaté 10:30");
  });

  it("show a dash for what the reader may not see", () => {
    show(
      <GridServices
        services={[
          makeService({
            service_name: "supabase:postgres",
            kind: "platform",
            p95_ms: null,
            error_rate: null,
            count: null,
            checked_at: null,
          }),
        ]}
      />,
    );
    expect(rows()).toEqual(["PostgresPlataformaNormal1 h———"]);
  });

  it("give the chosen service to the page", () => {
    const onSelect = vi.fn();
    show(<GridServices services={[makeService()]} onSelect={onSelect} />);
    fireEvent.click(screen.getByRole("button", { name: "Omie" }));
    expect(onSelect).toHaveBeenCalledExactlyOnceWith("omie");
  });

  it("say the next step when there are none", () => {
    show(<GridServices services={[]} />);
    expect(screen.getByText("Um serviço aparece na primeira chamada ou sonda.")).toBeTruthy();
  });
});
