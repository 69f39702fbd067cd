"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { addressOf, alertOf, filterOf } from "@/lib/noc/filters";
import type { Filter } from "@/lib/noc/types";

/** The page's filters, kept in the address bar alone: a link or a reload shows the same page. */
export function useNocFilters(): {
  filter: Filter;
  change: (part: Partial<Filter>) => void;
} {
  const params = useSearchParams();
  const path = usePathname();
  const query = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(query)), [query]);
  const change = useCallback(
    (part: Partial<Filter>) => {
      const open = alertOf(new URLSearchParams(query));
      window.history.pushState(null, "", `${path}${addressOf({ ...filter, ...part }, open)}`);
    },
    [filter, path, query],
  );
  return { filter, change };
}
