import { describe, expect, test } from "vitest";
import { sortMuted } from "./muted";
import type { Alert, Mute, MuteKind } from "./types";

const mute = (kind: MuteKind, code: string | null = null): Mute => ({
  kind,
  until: null,
  id: null,
  reason: null,
  code,
  service: code && "omie",
});
const alert = (alert_id: string, change: Partial<Alert> = {}) =>
  ({ alert_id, muted_by: null, incident: false, parent_id: null, ...change }) as Alert;
const sorted = (alerts: Alert[]) => {
  const { active, groups } = sortMuted(alerts);
  return {
    active: active.map((one) => one.alert_id),
    groups: groups.map((group) => [group.key, group.alerts.map((one) => one.alert_id)]),
  };
};

describe("what asks for somebody", () => {
  test("is everything that is not muted", () => {
    expect(sorted([alert("1"), alert("2", { muted_by: mute("silence") })])).toEqual({
      active: ["1"],
      groups: [["silence", ["2"]]],
    });
  });

  test("is the incident and not its parts", () => {
    const parts = [alert("a", { parent_id: "i" }), alert("b", { parent_id: "i" })];
    expect(sorted([...parts, alert("i", { incident: true })])).toEqual({
      active: ["i"],
      groups: [["i", ["a", "b"]]],
    });
  });

  test("is a part too, where its incident is not listed", () => {
    expect(sorted([alert("a", { parent_id: "i" })]).active).toEqual(["a"]);
  });

  test("is told by cause: silences together, each inhibiting alert by itself", () => {
    const { groups } = sorted([
      alert("1", { muted_by: mute("silence") }),
      alert("2", { muted_by: mute("inhibition", "service_down") }),
      alert("3", { muted_by: mute("silence") }),
      alert("4", { muted_by: mute("inhibition", "db_down") }),
      alert("5", { muted_by: mute("maintenance") }),
    ]);
    expect(groups).toEqual([
      ["silence", ["1", "3"]],
      ["inhibition:service_down:omie", ["2"]],
      ["inhibition:db_down:omie", ["4"]],
      ["maintenance", ["5"]],
    ]);
  });
});
