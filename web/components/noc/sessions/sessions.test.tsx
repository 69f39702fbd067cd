import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { noFilter } from "@/lib/noc/filters";
import { answer } from "@/lib/noc/tab-testing";
import type { Sessions } from "@/lib/noc/types/sessions";
import { ago, plainText } from "../testing";
import { fakeDatabase, showWorking } from "../work-testing";
import { SessionsTab } from "./sessions-tab";

afterEach(cleanup);
globalThis.matchMedia = () =>
  ({ matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;

function open(change: Partial<Sessions> = {}) {
  const onRange = vi.fn();
  const company = {
    company_cnpj: "11222333000181",
    company_name: "Padaria Três Marias",
    active: 4,
    people: 3,
    concurrent_max: 7,
    concurrent_max_at: ago(1200),
    last_seen_at: ago(20),
  };
  const sessions = { active: 5, people: 4, companies: [company], spark: [0, null, 7], at: ago(1), ...change };
  const { supabase } = fakeDatabase(() => answer(sessions));
  showWorking(<SessionsTab filter={noFilter} onRange={onRange} />, supabase);
  return { onRange };
}

it("says who uses it now and how many at most at the same time, and when", async () => {
  open();
  const [, row] = await screen.findAllByRole("row");
  expect(within(row as HTMLElement).getAllByRole("cell").map(plainText)).toEqual([
    "Padaria Três Marias",
    "4",
    "3",
    "7",
    "09:21",
    "há 20 s",
  ]);
  expect(screen.getByRole("img", { name: "Sessões ao mesmo tempo, 1 h: no máximo 7" })).toBeTruthy();
});

it("says in words when nothing was measured", async () => {
  open({ spark: [null, null] });
  expect(await screen.findByRole("img", { name: /sem dados$/ })).toBeTruthy();
});

it("offers a longer range where nobody was", async () => {
  const { onRange } = open({ companies: [], active: 0, people: 0 });
  fireEvent.click(await screen.findByRole("button", { name: "Ver 6 h" }));
  expect(onRange).toHaveBeenCalledExactlyOnceWith("6h");
});
