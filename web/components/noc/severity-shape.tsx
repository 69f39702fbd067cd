import { Info } from "lucide-react";
import { statusOfSeverity } from "@/lib/noc/status";
import type { Severity } from "@/lib/noc/types";
import { StatusShape, type StatusShapeProps } from "./status-shape";

export interface SeverityShapeProps extends Pick<StatusShapeProps, "label" | "className"> {
  severity: Severity;
  size?: 20 | 16 | 12;
}

/** The shape of what an alert does to its target; mere news has the sign of news. */
export function SeverityShape({ severity, size = 16, label, className }: SeverityShapeProps) {
  if (severity !== "info") {
    const naming = label === undefined ? {} : { label };
    return (
      <StatusShape
        status={statusOfSeverity[severity]}
        size={size}
        {...(className !== undefined && { className })}
        {...naming}
      />
    );
  }
  const naming =
    label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return <Info size={size} className={`shrink-0 text-fg-3 ${className ?? ""}`} {...naming} />;
}
