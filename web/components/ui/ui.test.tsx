import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Button } from "./button";
import { Combobox } from "./combobox";
import { Segments } from "./radio-group";

afterEach(cleanup);
// jsdom has no layout to scroll.
beforeEach(() => {
  Element.prototype.scrollIntoView = () => {};
});

const options = [
  { value: "", label: "Todas as empresas", meta: "3" },
  { value: "1", label: "Ótica Horizonte", keywords: "191", group: "Empresas" },
  { value: "2", label: "Clínica Vila Serena", keywords: "A45", group: "Empresas" },
];
const picker = (onChange = vi.fn()) => {
  render(
    <Combobox
      label="Empresa"
      options={options}
      value=""
      onChange={onChange}
      searchLabel="Buscar"
      emptyText={(typed) => `nada com ${typed}`}
    />,
  );
  fireEvent.click(screen.getByRole("button", { name: /^Empresa:\s*Todas as empresas/ }));
  return onChange;
};
const type = (value: string) =>
  fireEvent.change(screen.getByRole("combobox"), { target: { value } });
const found = () => screen.queryAllByRole("option").map((option) => option.textContent);

describe("a combobox", () => {
  it("finds by name without accents and by keyword", () => {
    picker();
    expect(found()).toHaveLength(3);
    type("otica");
    expect(found()).toEqual(["Ótica Horizonte"]);
    type("a45");
    expect(found()).toEqual(["Clínica Vila Serena"]);
  });

  it("is chosen by arrows and Enter", () => {
    const onChange = picker();
    const input = screen.getByRole("combobox");
    fireEvent.keyDown(input, { key: "ArrowDown" });
    fireEvent.keyDown(input, { key: "Enter" });
    expect(onChange).toHaveBeenCalledExactlyOnceWith("1");
  });

  it("marks the option that Enter would choose", () => {
    picker();
    type("clinica");
    const active = screen.getByRole("combobox").getAttribute("aria-activedescendant");
    expect(screen.getByRole("option").id).toBe(active);
  });

  it("says when nothing matches", () => {
    const onChange = picker();
    type("xyz");
    expect(screen.getByText("nada com xyz")).toBeTruthy();
    fireEvent.keyDown(screen.getByRole("combobox"), { key: "Enter" });
    expect(onChange).not.toHaveBeenCalled();
  });
});

describe("segments", () => {
  it("are a radio group of which one is on", () => {
    const onChange = vi.fn();
    const choices = [
      { value: "1h", label: "1 h" },
      { value: "6h", label: "6 h" },
    ] as const;
    render(<Segments label="Janela" choices={choices} value="1h" onChange={onChange} />);
    expect(screen.getByRole("radio", { name: "1 h" }).getAttribute("aria-checked")).toBe("true");
    fireEvent.click(screen.getByRole("radio", { name: "6 h" }));
    expect(onChange).toHaveBeenCalledExactlyOnceWith("6h");
  });
});

describe("a button", () => {
  it("never submits a form by accident", () => {
    render(<Button>Pausar</Button>);
    expect(screen.getByRole("button").getAttribute("type")).toBe("button");
  });
});
