"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Read } from "@/lib/noc/hint";
import { useNoc } from "./use-noc";
import { keyOf } from "./use-noc-query";
import { useSignedIn } from "./use-session";

/** Reads again what the caller's own work changed, without waiting for the hint. */
export function useReread(reads: readonly Read[]): () => Promise<void> {
  const { user_id } = useSignedIn();
  const { askNow } = useNoc();
  const queries = useQueryClient();
  return useCallback(async () => {
    askNow();
    await Promise.all(
      reads.map((read) => queries.invalidateQueries({ queryKey: keyOf(user_id, read) })),
    );
  }, [queries, user_id, askNow, reads]);
}
