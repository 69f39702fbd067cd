import { describe, expect, test } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import type { WorkerCopy } from "./types/workers";
import { workersSaid } from "./worker-said";

const copy = (change: Partial<WorkerCopy>): WorkerCopy => ({
  worker: "notify",
  instance: "host:1",
  age_s: 3,
  silent: false,
  skew_s: 0.004,
  ...change,
});
const said = (...copies: WorkerCopy[]) =>
  workersSaid(createTranslate("pt-BR"), createFormat("pt-BR", "America/Sao_Paulo"), copies).map(
    ({ name, status, word }) => [name, status, word.replaceAll("\u00a0", " ")],
  );

describe("a copy of a worker", () => {
  test("that speaks with a good clock is well", () => {
    expect(said(copy({}))).toEqual([["Avisos", "UP", "dá sinal"]]);
  });

  test("that is silent is never well, less so when no other speaks", () => {
    const silent = copy({ instance: "host:2", silent: true, age_s: 130 });
    expect(said(silent)).toEqual([["Avisos", "DOWN", "mudo há 2 min 10 s"]]);
    expect(said(copy({}), silent)[0]).toEqual([
      "Avisos",
      "NO_DATA",
      "mudo há 2 min 10 s; outra cópia faz o trabalho",
    ]);
  });

  test("is told of a clock from more than two seconds on, to either side", () => {
    expect(said(copy({ skew_s: 2 }))[0]?.[1]).toBe("UP");
    expect(said(copy({ skew_s: 2.1 }))[0]).toEqual(["Avisos", "DEGRADED", "relógio +2.100 ms fora"]);
    expect(said(copy({ skew_s: -3 }))[0]?.[1]).toBe("DEGRADED");
    expect(said(copy({ skew_s: null }))[0]?.[1]).toBe("UP");
  });

  test("comes before those that are better off, and keeps its code without a name", () => {
    const all = said(copy({}), copy({ worker: "new_one", silent: true }));
    expect(all.map(([name]) => name)).toEqual(["new_one", "Avisos"]);
  });
});
