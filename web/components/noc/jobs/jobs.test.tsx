import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { noFilter } from "@/lib/noc/filters";
import { answer, makeJob } from "@/lib/noc/tab-testing";
import type { Job } from "@/lib/noc/types/jobs";
import { ago, plainText } from "../testing";
import { fakeDatabase, makeMe, reader, refusal, showWorking } from "../work-testing";
import { JobDrawer } from "./job-drawer";
import { JobsTab } from "./jobs-tab";

afterEach(cleanup);
let phone = false;
afterEach(() => {
  phone = false;
});
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.matchMedia = () =>
  ({ matches: phone, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;
Element.prototype.scrollIntoView = () => {};

const running = makeJob({
  job_id: "2",
  status: "running",
  finished_at: null,
  heartbeat_at: ago(5),
  error: null,
  can_reprocess: false,
});
const stalled: Job = { ...running, job_id: "3", job_type: "cobranca", stalled_at: ago(60) };

function open(jobs: Job[], who = makeMe()) {
  const onOpen = vi.fn();
  const database = fakeDatabase(() => answer({ types: ["cobranca", "consolidacao"], jobs, next: null }));
  database.rpc.mockImplementation((_, { status }) => ({
    abortSignal: () => {
      const shown = jobs.filter((job) => status === null || job.status === status);
      const { data } = answer({ types: ["cobranca", "consolidacao"], jobs: shown, next: null });
      return Promise.resolve({ data, error: null, status: 200 });
    },
  }));
  showWorking(
    <JobsTab filter={noFilter} me={who} openId={null} onOpen={onOpen} />,
    database.supabase,
    who,
  );
  return { onOpen, rpc: database.rpc };
}
const rows = async (name: string) =>
  within(await screen.findByRole("region", { name }))
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell").map(plainText));

describe("the jobs", () => {
  it("that run stand apart, with their age, their last sign, and what is stalled", async () => {
    open([running, stalled, makeJob()]);
    expect(await rows("Em execução")).toEqual([
      ["Consolidação 4711", "Padaria Três Marias", "em execução", "09:29", "12 min", "há 5 s", "1ª", "Reprocessar"],
      ["Cobranca 4711", "Padaria Três Marias", "travado desde 09:40", "09:29", "12 min", "há 5 s", "1ª", "Reprocessar"],
    ]);
    expect(await rows("Terminados")).toEqual([
      ["Consolidação 4711", "Padaria Três Marias", "falhou", "09:29", "2 min", "1ª", "Reprocessar"],
    ]);
  });

  it("are narrowed by the database, by how they ended and by type", async () => {
    const { rpc } = open([makeJob()]);
    fireEvent.click(await screen.findByRole("radio", { name: "Com falha" }));
    fireEvent.click(screen.getByRole("button", { name: "Tipo de job: Todos os tipos" }));
    fireEvent.click(screen.getByRole("option", { name: /^Consolidação/ }));
    await waitFor(() =>
      expect(rpc.mock.calls.at(-1)).toEqual([
        "noc_list_jobs",
        expect.objectContaining({ status: "failed", job_type: "consolidacao" }),
      ]),
    );
    expect(await screen.findByRole("button", { name: "Reprocessar Consolidação que falharam em 1 h" })).toBeTruthy();
  });

  it("open by their row", async () => {
    const { onOpen } = open([makeJob()]);
    fireEvent.click(await screen.findByRole("button", { name: /^Ver tentativas de Consolidação/ }));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith("job-1");
  });

  it("are read and not started by a cliente", async () => {
    open([makeJob({ can_reprocess: false, error: null })], makeMe(reader));
    for (const button of await screen.findAllByRole("button", { name: /^Reprocessar/ })) {
      expect(button.getAttribute("aria-disabled")).toBe("true");
    }
  });

  it("that are none say what brings one, and that a filter hides them", async () => {
    open([]);
    expect(await screen.findByText("Nenhum job ainda")).toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: "Certos" }));
    fireEvent.click(await screen.findByRole("button", { name: "Tirar filtros" }));
    expect(await screen.findByText("Nenhum job ainda")).toBeTruthy();
  });

  it("are cards on a phone", async () => {
    phone = true;
    open([makeJob({ attempt: 2 })]);
    const cards = within(await screen.findByRole("list", { name: "Terminados" }));
    expect(plainText(cards.getByRole("listitem"))).toContain("começou 09:29 · durou 2 min · tentativa 2");
  });
});

describe("one job", () => {
  it("tells each of its attempts, with what went wrong", async () => {
    const attempts = [makeJob(), makeJob({ job_id: "job-2", attempt: 2, retry_of: "job-1", status: "success", error: null })];
    const { supabase } = fakeDatabase(() => answer({ ...attempts[1], attempts }));
    showWorking(<JobDrawer job_id="job-2" onClose={vi.fn()} />, supabase);
    const list = await screen.findByRole("list", { name: "Tentativas" });
    expect(within(list).getAllByRole("listitem").map(plainText)).toEqual([
      "09:29:071ª · falhou · durou 2 minsaldo divergente",
      "09:29:072ª · certo · durou 2 min",
    ]);
  });

  it("of another's company says no more than none", async () => {
    const onClose = vi.fn();
    const { supabase } = fakeDatabase(() => refusal("PT404", "job_not_found"));
    showWorking(<JobDrawer job_id="x" onClose={onClose} />, supabase);
    expect(await screen.findAllByText("Job não encontrado")).toHaveLength(2);
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(onClose).toHaveBeenCalledOnce();
  });
});
