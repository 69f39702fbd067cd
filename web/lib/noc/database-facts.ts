/** The database card: each figure in words, with the limit and the state that SQL gives it. */

import type { Format } from "./format";
import type { Translate } from "./i18n";
import type { Database, HealthStatus } from "./types";

export interface Fact {
  label: string;
  value: string;
  /** The limit in words, beside the value; null where none makes sense. */
  limit: string | null;
  status: HealthStatus;
}

/** The figures in their order on the card; a figure that was not sampled is "—" and no data. */
export function databaseFacts(sample: Database, t: Translate, format: Format): Fact[] {
  const { connections, connections_limit: allowed, cache_hit_ratio: hits, limits, status } = sample;
  const written = (value: number | null, write: (n: number) => string) =>
    value === null ? "—" : write(value);
  const count = (n: number) => format.number(n);
  const first = (figure: keyof typeof limits) => limits[figure].degraded ?? limits[figure].down ?? 0;
  const limit = (text: string) => t("database.limit", { value: text });
  return [
    {
      label: t("database.connections"),
      value: written(connections, count),
      limit: allowed === null ? null : t("database.of", { value: count(allowed) }),
      status: status.connections_ratio,
    },
    {
      label: t("database.longest"),
      value: written(sample.longest_transaction_s, (s) =>
        s < 1 ? format.ms(s * 1000) : format.duration(s),
      ),
      limit: limit(format.duration(first("longest_transaction_s"))),
      status: status.longest_transaction_s,
    },
    {
      label: t("database.blocked"),
      value: written(sample.blocked_sessions, count),
      limit: limit(count(first("blocked_sessions"))),
      status: status.blocked_sessions,
    },
    {
      label: t("database.cache"),
      value: written(hits, (ratio) => format.percent(ratio)),
      limit: t("database.atLeast", {
        value: format.percent(first("cache_hit_ratio"), 0),
      }),
      status: status.cache_hit_ratio,
    },
    {
      label: t("database.deadlocks"),
      value: written(sample.deadlocks, count),
      limit: limit(count(first("deadlocks"))),
      status: status.deadlocks,
    },
    {
      label: t("database.size"),
      value: written(sample.size_bytes, format.bytes),
      limit:
        sample.growth_bytes_per_day === null
          ? null
          : t("database.growth", { bytes: `+${format.bytes(sample.growth_bytes_per_day)}` }),
      status: sample.size_bytes === null ? "NO_DATA" : "UP",
    },
    {
      label: t("database.xid"),
      value: written(sample.oldest_xid_age, (age) => format.short(age)),
      limit: limit(format.short(first("oldest_xid_age"))),
      status: status.oldest_xid_age,
    },
    {
      label: t("database.partitions"),
      value: written(sample.partitions_ahead, (n) => t.count("database.partitionsDays", n)),
      limit: t("database.atLeast", { value: count(first("partitions_ahead")) }),
      status: status.partitions_ahead,
    },
    {
      label: t("database.backlog"),
      value: written(sample.ingest_backlog, count),
      limit: limit(count(first("ingest_backlog"))),
      status: status.ingest_backlog,
    },
  ];
}
