import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { CardDatabase } from "./card-database";
import { makeDatabase, plainText, show } from "./testing";

afterEach(cleanup);

const facts = () =>
  [...document.querySelectorAll("dl > div")].map((fact) => [
    fact.querySelector("svg")?.getAttribute("aria-label"),
    plainText(fact),
  ]);
const fact = (label: string) => facts().find(([, text]) => text?.startsWith(label));

describe("the database card", () => {
  it("says each figure with its limit", () => {
    show(<CardDatabase database={makeDatabase()} />);
    expect(facts().map(([, text]) => text)).toEqual([
      "Conexões18de 100",
      "Transação mais longa400 mslimite 5 min",
      "Sessões bloqueadas0limite 0",
      "Acerto de cache99,8 %mínimo 90 %",
      "Deadlocks0limite 0",
      "Tamanho84 MB+1,1 MB/dia",
      "Idade do XID12 millimite 200 mi",
      "Partições à frente3 diasmínimo 2",
      "Ingestão na fila0limite 1.000",
    ]);
    expect(facts().every(([state]) => state === "Normal")).toBe(true);
    expect(screen.getByText("há 8 s")).toBeTruthy();
  });

  it.each([
    ["connections_ratio", "Conexões"],
    ["longest_transaction_s", "Transação"],
    ["blocked_sessions", "Sessões"],
    ["cache_hit_ratio", "Acerto"],
    ["deadlocks", "Deadlocks"],
    ["oldest_xid_age", "Idade"],
    ["partitions_ahead", "Partições"],
    ["ingest_backlog", "Ingestão"],
  ] as const)("shows the state that the database gives %s", (figure, label) => {
    show(<CardDatabase database={makeDatabase({ status: { [figure]: "DEGRADED" } })} />);
    expect(fact(label)?.[0]).toBe("Degradado");
    expect(facts().filter(([state]) => state === "Degradado")).toHaveLength(1);
  });

  it("is as bad as its worst figure", () => {
    show(<CardDatabase database={makeDatabase({ status: { connections_ratio: "DOWN", deadlocks: "DEGRADED" } })} />);
    expect(screen.getByRole("banner", { hidden: true }).textContent).toContain("Fora");
  });

  it("shows what was not sampled as no data, not as zero", () => {
    show(<CardDatabase database={makeDatabase({ deadlocks: null, status: { deadlocks: "NO_DATA" } })} />);
    expect(fact("Deadlocks")).toEqual(["Sem dados", "Deadlocks—limite 0"]);
  });

  it("says that its reader may not see it", () => {
    show(<CardDatabase database={null} condition={{ kind: "forbidden" }} />);
    expect(screen.getByText("Seu papel não vê isto")).toBeTruthy();
  });
});
