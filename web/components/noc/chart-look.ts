import type { Measured } from "@/lib/noc/chart";
import type { Thresholds } from "@/lib/noc/types";

/** What one chart draws and how it writes its values. */
export interface ChartLook {
  title: string;
  main: Measured;
  mainName: string;
  sub: Measured | null;
  subName: string | null;
  thresholds: Thresholds | null;
  /** A value with its unit. */
  write: (value: number) => string;
  /** A value on the axis. */
  tick: (value: number) => string;
}
