import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { QueryClient } from "@tanstack/react-query";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterEach, describe, expect, it } from "vitest";
import { useHistory } from "@/hooks/use-history";
import { keyOf } from "@/hooks/use-noc-query";
import { noFilter } from "@/lib/noc/filters";
import { wholeHistory } from "@/lib/noc/history";
import { ago, makeAlert, NOW } from "../testing";
import { showWorking } from "../work-testing";

afterEach(cleanup);

/** Two pages of one alert each; the second is answered when the test lets it, if not given up. */
function twoPages() {
  const second = { asked: 0, answer: (): void => undefined };
  const page = (alert_id: string, next: string | null) => ({
    data: {
      server_time: new Date(NOW).toISOString(),
      tick_at: null,
      versions: {},
      data: { alerts: [makeAlert({ alert_id, opened_at: ago(60) })], total: 2, codes: [], next },
    },
    error: null,
    status: 200,
  });
  const rpc = (_: string, { cursor }: { cursor: string | null }) => ({
    abortSignal: (signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        if (cursor === null) resolve(page("first", "second"));
        else {
          second.asked += 1;
          second.answer = () => { resolve(page("second", null)); };
          signal.addEventListener("abort", () => { reject(new DOMException("", "AbortError")); });
        }
      }),
  });
  return { second, supabase: { rpc } as unknown as SupabaseClient };
}

function Pages() {
  const { alerts, onMore, loadingMore } = useHistory(noFilter, wholeHistory);
  return (
    <>
      <p role="list">{alerts?.map(({ alert_id }) => alert_id).join()}</p>
      {onMore !== null && (
        <button disabled={loadingMore} onClick={onMore}>
          more
        </button>
      )}
    </>
  );
}

function open(supabase: SupabaseClient) {
  const queries = new QueryClient();
  showWorking(<Pages />, supabase, {}, queries);
  /** As a hint does. */
  return { reread: () => queries.refetchQueries({ queryKey: keyOf("me", "history") }) };
}

const shown = (ids: string) => waitFor(() => { expect(screen.getByRole("list").textContent).toBe(ids); });

describe("a further page of the history", () => {
  it("comes although the list is read again while it is on its way", async () => {
    const { second, supabase } = twoPages();
    const { reread } = open(supabase);
    await shown("first");
    fireEvent.click(screen.getByRole("button", { name: "more" }));
    await waitFor(() => { expect(second.asked).toBe(1); });
    await reread();
    await waitFor(() => { expect(second.asked).toBe(2); });
    second.answer();
    await shown("first,second");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is one page for one press", async () => {
    const { second, supabase } = twoPages();
    open(supabase);
    await shown("first");
    fireEvent.click(screen.getByRole("button", { name: "more" }));
    await waitFor(() => { expect(second.asked).toBe(1); });
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "more" }).disabled).toBe(true);
    second.answer();
    await shown("first,second");
    expect(second.asked).toBe(1);
  });
});
