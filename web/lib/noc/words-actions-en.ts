import type { actionsPt } from "./words-actions-pt";

export const actionsEn: Record<keyof typeof actionsPt, string> = {
  "action.tab": "Actions",
  "action.pause_queue": "Pause queue",
  "action.resume_queue": "Resume queue",
  "action.reprocess": "Reprocess",
  "action.switch_source": "Switch data source",
  "action.notify": "Notify contacts",

  "incident.event.action_awaiting": "{actor} asked for: {action}",
  "incident.event.action_awaitingNote": "Waits for another person's approval.",
  "incident.event.action_started": "{actor} started: {action}",
  "incident.event.action_done": "{action}: done",
  "incident.event.action_partial": "{action}: done in part",
  "incident.event.action_failed": "{action}: failed",
  "incident.event.action_cancelled": "{action}: cancelled",
  "incident.event.action_expired": "{action}: ended in time",
  "incident.event.action_reverted": "{action}: taken back",
  "incident.event.action_worked": "{action}: had effect",
  "incident.event.action_without_effect": "{action}: did not have the expected effect",
};
