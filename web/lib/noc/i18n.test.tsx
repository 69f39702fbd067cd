import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { createTranslate, LanguageProvider, useLanguage, useT, type WordKey } from "./i18n";
import { en } from "./words-en";
import { pt } from "./words-pt";

const holes = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
const keys = Object.keys(pt) as WordKey[];

afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("the catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(pt).sort());
  });

  it("have the same holes in each sentence", () => {
    const different = keys.filter((key) => holes(pt[key]).join() !== holes(en[key]).join());
    expect(different).toEqual([]);
  });

  it("leave no sentence empty", () => {
    expect(keys.filter((key) => pt[key].trim() === "" || en[key].trim() === "")).toEqual([]);
  });

  it("have both numbers of every counted word", () => {
    const lonely = keys.filter(
      (key) => key.endsWith(".one") && !(key.replace(/one$/, "other") in pt),
    );
    expect(lonely).toEqual([]);
  });
});

describe("a translator", () => {
  const t = createTranslate("pt-BR");

  it("fills the holes of a sentence", () => {
    expect(t("time.ago", { age: "27 min" })).toBe("há 27 min");
  });

  it("picks the number and writes it with separators", () => {
    expect(t.count("alerts.open", 1)).toBe("1 alerta aberto");
    expect(t.count("alerts.open", 0)).toBe("0 alertas abertos");
    expect(t.count("alerts.open", 1200)).toBe("1.200 alertas abertos");
  });

  it("says a code that it does not know as it came", () => {
    expect(t.code("service", "omie")).toBe("Omie");
    expect(t.code("service", "banco_novo")).toBe("banco_novo");
  });
});

function Probe() {
  const t = useT();
  const { setLanguage } = useLanguage();
  return <button onClick={() => setLanguage("en")}>{t("status.DOWN")}</button>;
}

describe("the page", () => {
  it("speaks Portuguese first and English when asked, and remembers it", () => {
    render(
      <LanguageProvider>
        <Probe />
      </LanguageProvider>,
    );
    fireEvent.click(screen.getByText("Fora"));
    expect(screen.getByText("Down")).toBeTruthy();
    expect(document.documentElement.lang).toBe("en");

    cleanup();
    render(
      <LanguageProvider>
        <Probe />
      </LanguageProvider>,
    );
    expect(screen.getByText("Down")).toBeTruthy();
  });
});
