import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PanelState, type Condition } from "./panel-state";
import { ago, plainText, show } from "./testing";

afterEach(cleanup);

const panel = (condition: Condition) =>
  show(
    <PanelState name="Latência" condition={condition} shape="chart">
      <p>812 ms</p>
    </PanelState>,
  );
const content = () => screen.queryByText("812 ms");

describe("a panel", () => {
  it("shows its content when it is ready", () => {
    const { container } = panel({ kind: "ready" });
    expect(plainText(container)).toBe("812 ms");
  });

  it("older than it may be keeps its content, grey and with its age", () => {
    const { container } = panel({ kind: "stale", at: ago(161) });
    expect(plainText(container)).toBe("Dado de 09:38:26 · há 2 min 41 s812 ms");
    expect(content()?.closest(".noc-aged")).not.toBeNull();
  });

  it("without contact keeps the last content and says since when", () => {
    const { container } = panel({ kind: "noContact", since: ago(300) });
    expect(plainText(container)).toBe("Sem contato desde 09:36:07 · último dado mantido812 ms");
    expect(content()?.closest(".noc-aged")).not.toBeNull();
  });

  it.each([
    [{ kind: "loading" }, "Carregando Latência"],
    [{ kind: "noData", at: ago(240) }, "Sem dados desde 23/11 09:37"],
    [{ kind: "noData", at: null }, "Nenhum dado recebido ainda"],
    [{ kind: "forbidden" }, "Seu papel não vê isto"],
    [{ kind: "error", code: "PT500" }, "Código PT500"],
  ] as const)("in state %o hides its content and says so", (condition, said) => {
    const { container } = panel(condition);
    expect(content()).toBeNull();
    expect(plainText(container)).toContain(said);
  });

  it("that failed can be asked again", () => {
    const onRetry = vi.fn();
    panel({ kind: "error", code: "PT500", onRetry });
    fireEvent.click(screen.getByRole("button", { name: "Tentar de novo" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });
});
