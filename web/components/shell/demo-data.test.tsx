import { cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DataSource } from "@/lib/noc/types";
import { ago, NOW, plainText } from "../noc/testing";
import { fakeDatabase, showWorking } from "../noc/work-testing";
import { DemoData } from "./demo-data";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const source = (company_name: string, until: string | null): DataSource => ({
  company_cnpj: company_name,
  company_name,
  source: until === null ? "supabase" : "mock",
  version: 1,
  since: null,
  until,
  banner: until !== null,
  exports_locked: until !== null,
  writes_locked: until !== null,
});

function open(...sources: DataSource[]) {
  const answer = {
    server_time: new Date(NOW).toISOString(),
    tick_at: null,
    versions: {},
    data: sources,
  };
  showWorking(<DemoData />, fakeDatabase(() => ({ data: answer })).supabase);
}

const banner = () => screen.findByText("DADOS DE DEMONSTRAÇÃO");

describe("the banner of demonstration data", () => {
  it("names the companies and the latest end", async () => {
    open(source("Padaria", ago(-600)), source("Ótica", ago(-1200)), source("Outra", null));
    const shown = (await banner()).parentElement as HTMLElement;
    expect(plainText(shown)).toMatch(/Padaria, Ótica até \d\d:\d\d/);
    expect(plainText(shown)).not.toContain("Outra");
    expect(plainText(shown)).toContain("Exportar e gravar estão bloqueados.");
  });

  it("names three and counts the others", async () => {
    open(...["A", "B", "C", "D", "E"].map((name) => source(name, ago(-600))));
    expect(plainText((await banner()).parentElement as HTMLElement)).toContain("A, B, C e mais 2 até");
  });

  it("is gone at its end, and not there without demonstration data", async () => {
    open(source("Padaria", ago(1)), source("Ótica", null));
    await expect(banner()).rejects.toThrow();
  });
});
