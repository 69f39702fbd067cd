import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { legend } from "@/lib/noc/status";
import { StatusPill } from "./status-pill";
import { StatusShape } from "./status-shape";
import { show } from "./testing";

afterEach(cleanup);

describe("the shape of a state", () => {
  it("differs for each of the six, without colour", () => {
    const drawn = legend.map((status) => {
      const { container } = show(<StatusShape status={status} />);
      const silhouette = container.querySelector("svg")?.innerHTML;
      cleanup();
      return silhouette;
    });
    expect(new Set(drawn).size).toBe(6);
  });

  it("is decoration beside its word and says the word where it stands alone", () => {
    show(<StatusShape status="DOWN" />);
    expect(screen.queryByRole("img")).toBeNull();
    cleanup();
    show(<StatusShape status="DOWN" label="Fora" />);
    expect(screen.getByRole("img", { name: "Fora" })).toBeTruthy();
  });
});

describe("a status pill", () => {
  it("says its state in words", () => {
    show(<StatusPill status="NO_DATA" />);
    expect(screen.getByText("Sem dados")).toBeTruthy();
  });

  it("writes healthy in support grey and only what is wrong in colour", () => {
    show(<StatusPill status="UP" />);
    expect(screen.getByText("Normal").className).not.toContain("text-state-fg");
    show(<StatusPill status="DEGRADED" />);
    expect(screen.getByText("Degradado").className).toContain("text-state-fg");
  });
});
