import { describe, expect, test } from "vitest";
import { createFormat } from "./format";
import { createTranslate } from "./i18n";
import { sayingOf, whenSaid, type Surroundings } from "./say";
import type { Banner } from "./types";
import type { Verdict } from "./verdict";

const NOW = Date.parse("2026-11-23T12:41:00Z");
const at = (iso: string) => Date.parse(iso);
const around: Surroundings = { now: NOW, companies: 47, services: 7, degraded: 0, traffic: null, kept: true, paused_since: null };
const speaker = { t: createTranslate("pt-BR"), format: createFormat("pt-BR", "America/Sao_Paulo") };
const say = (verdict: Verdict, more: Partial<Surroundings> = {}) =>
  sayingOf(verdict, { ...around, ...more }, speaker);

const slow: Banner = {
  status: "DEGRADED",
  since: "2026-11-23T12:14:00Z",
  kind: "alert",
  title: "p95_latency",
  service: "omie",
  companies: 4,
  company_name: null,
  value: 1840,
  threshold: 1200,
  unit: "ms",
  below: false,
  alert_id: "a",
  until: null,
  windows: null,
  open_alerts: 3,
};

describe("the banner's sentence", () => {
  test("says what, for whom and since when", () => {
    const saying = say({ kind: "problem", status: "DEGRADED", banner: slow });
    expect(saying?.word).toBe("Degradado");
    expect(saying?.sentence).toBe("Omie lento em 4 empresas desde 09:14");
    expect(saying?.facts[0]).toMatch(/^p95 1\.840\sms, limite 1\.200\sms$/);
  });

  test("names the company when there is one", () => {
    const banner = { ...slow, companies: 1, company_name: "Padaria Três Marias" };
    expect(say({ kind: "problem", status: "DEGRADED", banner })?.sentence).toBe(
      "Omie lento em Padaria Três Marias desde 09:14",
    );
  });

  test("a probe that found a service down needs no rule's title", () => {
    const banner = { ...slow, kind: "health", title: null, companies: null, value: null } as const;
    expect(say({ kind: "problem", status: "DOWN", banner })?.sentence).toBe(
      "Omie não responde desde 09:14",
    );
  });

  test("without contact it says since when, and keeps the red with its time", () => {
    const red = { banner: { ...slow, status: "DOWN" }, badge: null, at: at("2026-11-23T12:36:00Z") } as const;
    const saying = say({ kind: "no-contact", since: at("2026-11-23T12:36:30Z"), red });
    expect(saying?.sentence).toBe("NOC sem contato com o banco desde 09:36");
    expect(saying?.status).toBe("NO_DATA");
    expect(saying?.facts).toContain("último dado mantido");
    const nothing = say({ kind: "no-contact", since: NOW, red: null }, { kept: false });
    expect(nothing?.facts).not.toContain("último dado mantido");
    expect(saying?.red).toBe("Fora: Omie lento em 4 empresas · visto às 09:36");
  });

  test("a stopped clock says how long", () => {
    const saying = say({ kind: "stopped", since: at("2026-11-23T12:38:19Z"), red: null });
    expect(saying?.sentence).toBe("O relógio do NOC parou às 09:38");
    expect(saying?.facts[0]).toMatch(/^há 2\smin\s41\ss · nada aqui é garantido$/);
  });

  test("calm counts what is watched", () => {
    const saying = say({ kind: "calm", since: "2026-11-23T11:58:00Z" });
    expect(saying?.sentence).toBe("Tudo normal desde 08:58");
    expect(saying?.facts).toEqual(["47 empresas", "7 serviços"]);
  });

  test("maintenance says of what and until when", () => {
    const until = "2026-11-23T13:30:00Z";
    const banner: Banner = { ...slow, status: "UP", kind: "maintenance", until, windows: 1 };
    const saying = say({ kind: "maintenance", banner });
    expect([saying?.status, saying?.word]).toEqual(["MAINTENANCE", "Manutenção"]);
    expect(saying?.sentence).toBe("Omie até 10:30");
    const one = say({ kind: "maintenance", banner: { ...banner, company_name: "Gráfica" } });
    expect(one?.sentence).toBe("Omie · Gráfica até 10:30");
    const several = say({ kind: "maintenance", banner: { ...banner, windows: 2 } });
    expect(several?.sentence).toBe("2 manutenções até 10:30");
  });

  test("a card that is not well is no calm", () => {
    const saying = say({ kind: "calm", since: null }, { degraded: 1 });
    expect([saying?.sentence, saying?.facts[0]]).toEqual(["Nenhum alerta aberto", "1 indicador degradado"]);
  });

  test("simulated traffic is said", () => {
    const traffic = { state: "fresh", last_event_at: null, simulated: true } as const;
    expect(say({ kind: "calm", since: null }, { traffic })?.facts.at(-1)).toMatch(/simulado/);
  });

  test("a held page says so beside a problem too", () => {
    const held = { paused_since: at("2026-11-23T12:40:00Z") };
    expect(say({ kind: "problem", status: "DOWN", banner: slow }, held)?.facts).toContain(
      "ao vivo pausado às 09:40",
    );
  });

  test("nothing read is no sentence", () => {
    expect(say({ kind: "loading" })).toBeNull();
  });
});

test("an instant of another day carries its day", () => {
  expect(whenSaid(speaker.format, "2026-11-23T12:14:00Z", NOW)).toBe("09:14");
  expect(whenSaid(speaker.format, "2026-11-22T12:14:00Z", NOW)).toBe("22/11 09:14");
});
