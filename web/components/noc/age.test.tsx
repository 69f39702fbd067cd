import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Age } from "./age";
import { ago, NOW, plainText, show } from "./testing";

afterEach(cleanup);

const time = () => document.querySelector("time");

describe("an age", () => {
  it("is relative, with the instant and its zone as tooltip", () => {
    show(<Age at={ago(27 * 60)} />);
    expect(plainText(time())).toBe("há 27 min");
    expect(time()?.title).toBe("23/11/2026 09:14:07 BRT");
    expect(time()?.dateTime).toBe(ago(27 * 60));
  });

  it("drops its preposition under a heading that says it", () => {
    show(<Age at={ago(27 * 60)} bare />);
    expect(plainText(time())).toBe("27 min");
  });

  it("takes a clock of its own", () => {
    show(<Age at={ago(0)} now={NOW + 5000} />);
    expect(plainText(time())).toBe("há 5 s");
  });

  it("never runs backwards when the clocks disagree", () => {
    show(<Age at={ago(-30)} />);
    expect(plainText(time())).toBe("há 0 s");
  });

  it("says the moment itself while no clock is known", () => {
    render(<Age at={ago(27 * 60)} />);
    expect(screen.getByText("23/11 09:14")).toBeTruthy();
  });
});
