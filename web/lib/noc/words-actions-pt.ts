/** Words for actions: pause, resume, reprocess, switch, notify. Portuguese comes first. */
export const actionsPt = {
  "action.tab": "Ações",
  "action.pause_queue": "Pausar fila",
  "action.resume_queue": "Religar fila",
  "action.reprocess": "Reprocessar",
  "action.switch_source": "Trocar fonte de dados",
  "action.notify": "Avisar contatos",

  "incident.event.action_awaiting": "{actor} pediu: {action}",
  "incident.event.action_awaitingNote": "Espera a aprovação de outra pessoa.",
  "incident.event.action_started": "{actor} iniciou: {action}",
  "incident.event.action_done": "{action}: feito",
  "incident.event.action_partial": "{action}: feito em parte",
  "incident.event.action_failed": "{action}: não deu certo",
  "incident.event.action_cancelled": "{action}: cancelado",
  "incident.event.action_expired": "{action}: terminou no prazo",
  "incident.event.action_reverted": "{action}: desfeito",
  "incident.event.action_worked": "{action}: teve efeito",
  "incident.event.action_without_effect": "{action}: não teve o efeito esperado",
} as const;
