import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CompanyMatrix } from "./company-matrix";
import { makeCell, makeCompany, plainText, show } from "./testing";

afterEach(cleanup);

const matrix = () => ({
  services: ["omie", "f360"],
  companies: [
    makeCompany("Zelosa", { company_cnpj: "11222333000181" }),
    makeCompany("Farmácia", {
      status: "DEGRADED",
      cells: [makeCell("omie", { status: "DEGRADED", value: 1930 })],
    }),
    makeCompany("Gráfica", {
      company_cnpj: "A1B2C3D4000193",
      status: "NO_DATA",
      cells: [makeCell("omie", { status: "NO_DATA", value: null, unit: null, count: null })],
    }),
  ],
});
const names = () => screen.getAllByRole("rowheader").map(plainText);
const cell = (name: string) => screen.getByRole("gridcell", { name });

describe("the matrix of companies", () => {
  it("stands worst first, then by name", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    expect(names()).toEqual(["Farmácia", "Gráfica", "Zelosa"]);
  });

  it("says the word of every cell, with its value where something is wrong", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    expect(plainText(cell("Farmácia, Omie: Degradado, 1.930\u00a0ms"))).toBe("1.930 ms");
    expect(plainText(cell("Gráfica, Omie: Sem dados"))).toBe("Sem dados");
    expect(plainText(cell("Farmácia, F360: não usa"))).toBe("–");
    expect(plainText(cell("Zelosa, Omie: Normal, 300\u00a0ms"))).toBe("");
  });

  it("says until when a company's service is under maintenance", () => {
    const until = "2026-11-23T13:30:00Z";
    const maintained = makeCell("omie", { status: "MAINTENANCE", value: null, until });
    const company = makeCompany("Pedra", { status: "MAINTENANCE", cells: [maintained] });
    show(<CompanyMatrix matrix={{ services: ["omie"], companies: [company] }} />);
    expect(plainText(cell("Pedra, Omie: Manutenção, até 10:30"))).toBe("até 10:30");
  });

  it("explains its six signs on the same screen", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    const legend = within(screen.getByRole("list", { name: "Legenda" }));
    expect(legend.getAllByRole("listitem").map(plainText)).toEqual([
      "Normal",
      "Degradado",
      "Fora",
      "Sem dados",
      "Manutenção",
      "Pausada",
    ]);
  });

  it("counts the worst state of each column", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    const [, omie, f360] = screen.getAllByRole("columnheader");
    expect(plainText(omie ?? null)).toBe("Omie1");
    expect(plainText(f360 ?? null)).toBe("F360");
  });

  it("never shows a whole CNPJ", () => {
    const { container } = show(<CompanyMatrix matrix={matrix()} />);
    expect(container.innerHTML).toContain("••.•••.3D4/0001-••");
    expect(container.innerHTML).not.toMatch(/A1B2C3D4000193|A1\.B2C/);
  });

  it("is one stop of Tab, and arrows walk inside it", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    const reachable = () => screen.getAllByRole("gridcell").filter((each) => each.tabIndex === 0);
    expect(reachable()).toHaveLength(1);
    const first = cell("Farmácia, Omie: Degradado, 1.930\u00a0ms");
    first.focus();
    fireEvent.keyDown(first, { key: "ArrowRight" });
    expect(document.activeElement).toBe(cell("Farmácia, F360: não usa"));
    fireEvent.keyDown(document.activeElement ?? first, { key: "ArrowDown" });
    expect(document.activeElement).toBe(cell("Gráfica, F360: não usa"));
    expect(reachable()).toHaveLength(1);
  });

  it("opens the company and service under Enter and under the pointer", () => {
    const onOpen = vi.fn();
    show(<CompanyMatrix matrix={matrix()} onOpen={onOpen} />);
    fireEvent.keyDown(cell("Gráfica, Omie: Sem dados"), { key: "Enter" });
    fireEvent.click(cell("Gráfica, Omie: Sem dados"));
    expect(onOpen.mock.calls).toEqual([
      ["A1B2C3D4000193", "omie"],
      ["A1B2C3D4000193", "omie"],
    ]);
  });

  it("opens nothing where a company does not use the service", () => {
    const onOpen = vi.fn();
    show(<CompanyMatrix matrix={matrix()} onOpen={onOpen} />);
    fireEvent.click(cell("Farmácia, F360: não usa"));
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("can show only the companies with a problem", () => {
    show(<CompanyMatrix matrix={matrix()} />);
    fireEvent.click(screen.getByRole("radio", { name: "Com problema 2" }));
    expect(names()).toEqual(["Farmácia", "Gráfica"]);
  });

  it("keeps its order under the pointer and takes the new one when it leaves", () => {
    const { rerender } = show(<CompanyMatrix matrix={matrix()} />);
    fireEvent.pointerEnter(screen.getByRole("grid"));
    const worse = matrix();
    const last = worse.companies[0];
    if (last) worse.companies[0] = { ...last, status: "DOWN" };
    rerender(<CompanyMatrix matrix={worse} />);
    expect(names()).toEqual(["Farmácia", "Gráfica", "Zelosa"]);
    fireEvent.pointerLeave(screen.getByRole("grid"));
    expect(names()).toEqual(["Zelosa", "Farmácia", "Gráfica"]);
  });

  it("shows twelve rows first and the rest when asked", () => {
    const companies = Array.from({ length: 15 }, (_, index) =>
      makeCompany(`Empresa ${index}`, { company_cnpj: `112223330001${10 + index}` }),
    );
    show(<CompanyMatrix matrix={{ services: ["omie"], companies }} />);
    expect(names()).toHaveLength(12);
    fireEvent.click(screen.getByRole("button", { name: "Mostrar mais 3" }));
    expect(names()).toHaveLength(15);
  });

  it("says the next step when there is no company", () => {
    show(<CompanyMatrix matrix={{ services: [], companies: [] }} />);
    expect(screen.getByText("Nenhuma empresa ainda")).toBeTruthy();
  });
});
