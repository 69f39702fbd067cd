"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { filterOf, queryOf } from "@/lib/noc/filters";
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
      window.history.pushState(null, "", `${path}${queryOf({ ...filter, ...part })}`);
    },
    [filter, path],
  );
  return { filter, change };
}
