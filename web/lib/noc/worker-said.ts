/** How each copy of a worker stands; silence is never well. Pure. */
import type { Format } from "./format";
import type { Translate } from "./i18n";
import type { Status } from "./types";
import type { WorkerCopy } from "./types/workers";

/** A clock that is farther off is told (docs/workers.md). */
const SKEW_LIMIT_S = 2;

export interface WorkerSaid {
  copy: WorkerCopy;
  name: string;
  status: Status;
  word: string;
  skew: string;
}

function skewSaid(t: Translate, format: Format, skew_s: number | null): string {
  if (skew_s === null) return t("health.skewUnknown");
  const sign = skew_s > 0 ? "+" : "";
  return sign + format.ms(skew_s * 1000, Math.abs(skew_s) < 10 ? 0 : 1);
}

/** Silent ones first: of a worker that nobody else does, before one among others. */
export function workersSaid(t: Translate, format: Format, copies: readonly WorkerCopy[]): WorkerSaid[] {
  const spoken = new Set(copies.filter((copy) => !copy.silent).map(({ worker }) => worker));
  const rank: Partial<Record<Status, number>> = { DOWN: 0, NO_DATA: 1, DEGRADED: 2 };
  return copies
    .map((copy): WorkerSaid => {
      const { worker, silent, skew_s } = copy;
      const name = t.find("health.worker", worker) ?? worker;
      const skew = skewSaid(t, format, skew_s);
      const off = skew_s !== null && Math.abs(skew_s) > SKEW_LIMIT_S;
      if (silent) {
        const others = spoken.has(worker);
        const age = format.duration(copy.age_s);
        const word = t(others ? "health.silentOthers" : "health.silent", { age });
        return { copy, name, skew, status: others ? "NO_DATA" : "DOWN", word };
      }
      if (off) return { copy, name, skew, status: "DEGRADED", word: t("health.clockOff", { skew }) };
      return { copy, name, skew, status: "UP", word: t("health.speaks") };
    })
    .toSorted((a, b) => (rank[a.status] ?? 3) - (rank[b.status] ?? 3));
}
