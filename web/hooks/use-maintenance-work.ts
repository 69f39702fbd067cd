"use client";

import { useCallback } from "react";
import { endMaintenance, saveMaintenance } from "@/lib/noc/api";
import type { Read } from "@/lib/noc/hint";
import type { WindowWish } from "@/lib/noc/maintenance";
import type { Maintained } from "@/lib/noc/types";
import { useAction, type Action } from "./use-action";
import { useSignedIn } from "./use-session";

const touched: readonly Read[] = ["overview", "matrix", "timeline", "silences"];

export interface MaintenanceWork extends Pick<Action, "busy" | "failure"> {
  /** Null when the database did not take it. */
  save: (wish: WindowWish) => Promise<Maintained | null>;
  /** For ever, or the time that is open alone. Whether the database took it. */
  end: (window_id: string, only_now: boolean) => Promise<boolean>;
}

/** Plans, changes and ends maintenance windows. */
export function useMaintenanceWork(): MaintenanceWork {
  const { supabase } = useSignedIn();
  const { busy, failure, run } = useAction(touched);
  const save = useCallback(
    (wish: WindowWish) => run(() => saveMaintenance(supabase, wish)),
    [supabase, run],
  );
  const end = useCallback(
    async (window_id: string, only_now: boolean) => {
      const ended = await run(async () => {
        await endMaintenance(supabase, window_id, only_now);
        return true;
      });
      return ended === true;
    },
    [supabase, run],
  );
  return { busy, failure, save, end };
}
