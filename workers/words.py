"""What recipients read, in Portuguese and in English. Placeholders are named as in `wording`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `meta` is WhatsApp's code for it; `decimal` and `thousands` part numbers."""

    meta: str
    decimal: str
    thousands: str
    severities: Mapping[str, str]
    services: Mapping[str, str]
    rules: Mapping[str, str]  # what happened, by the rule's code
    events: Mapping[str, str]  # the word before it
    texts: Mapping[str, str]


_SERVICES = {
    "omie": "Omie",
    "f360": "F360",
    "whatsapp": "WhatsApp",
    "llm": "LLM",
    "api": "API",
    "supabase:postgres": "Postgres",
    "supabase:rest": "REST",
    "supabase:auth": "Auth",
    "supabase:realtime": "Realtime",
    "supabase:functions": "Functions",
}

PORTUGUESE = Words(
    meta="pt_BR",
    decimal=",",
    thousands=".",
    severities={"critical": "Crítico", "warning": "Atenção", "info": "Aviso"},
    services=_SERVICES | {"banks": "Bancos"},
    rules={
        "p95_latency": "{service} lento",
        "error_rate": "{service} com erros",
        "whatsapp_queue_pending": "Fila do WhatsApp longa",
        "whatsapp_queue_dead": "Mensagens do WhatsApp que não saíram",
        "whatsapp_queue_held": "Fila do WhatsApp recusada pelo provedor",
        "llm_down": "LLM não responde",
        "service_down": "{service} não responde",
        "worker_silent": "Worker do NOC sem sinal",
        "worker_clock": "Relógio de worker do NOC fora da hora",
        "provider_cut_off": "Provedor falha e não é chamado",
        "no_data": "{service} sem dados",
        "rule_error": "Regra do NOC com erro",
        "db_connections": "Banco quase sem conexões",
        "db_transaction": "Transação longa no banco",
        "db_partitions": "Faltam partições no banco",
        "audit_broken": "Trilha de auditoria violada",
    },
    events={
        "opened": "{severity}",
        "reopened": "Reabriu ({times}ª) · {severity}",
        "severity_up": "Piorou · {severity}",
        "flapping": "Instável · {severity}",
        "reminder": "Continua · {severity}",
        "escalation": "Sem resposta · {severity}",
        "closed": "Normalizado",
    },
    texts={
        "company": "Empresa",
        "no_company": "todas (provedor ou plataforma)",
        "since": "Desde",
        "measured": "Medido",
        "limit": "limite {threshold}",
        "lasted": "Durou",
        "worst": "Pior valor",
        "worst_and_mean": "{worst} (média {mean})",
        "for": "Há",
        "closed_by": "Encerrado por",
        "operator": "um operador",
        "withdrawn": "A regra ou o alvo não existe mais.",
        "flapping": "Abre e fecha várias vezes; até estabilizar, não avisamos cada mudança.",
        "nothing_to_do": "Nenhuma ação é necessária.",
        "open": "Abrir no NOC",
        "footer": "Aviso automático do NOC",
        "reopened_group": "Reabriram · {severity}",
        "companies": "{companies} empresas: {what}",
        "alerts": "{what}: {count} alertas",
        "more": "e mais {more}",
        "more_where": "veja no NOC",
        "bundle": "{count} avisos do NOC",
        "storm": "Muitos alertas ao mesmo tempo: {count}",
        "bundle_ended": "{ended} deles normalizados",
        "storm_more": "Enquanto durar, só este resumo é enviado; veja todos no NOC.",
        "test": "Teste do NOC",
        "notice_under_investigation": "Problema em investigação",
        "notice_mitigated": "Problema contornado",
        "notice_resolved": "Problema resolvido",
        "notice_approval_asked": "Uma ação espera a sua aprovação",
        "notice_done_alone": "Uma ação grande foi feita sem segunda pessoa",
        "test_text": "Olá, {name}. Se você lê isto, os avisos do NOC chegam até você.",
        "anchor": "Âncora da trilha de auditoria: {count} cadeias",
        "anchor_text": (
            "Guarde esta mensagem: ela prova o que a trilha continha em {at}. Salve a linha abaixo "
            "em um arquivo e confira com: python -m dev.verify_audit --anchors ARQUIVO"
        ),
        "DOWN": "fora do ar",
        "DEGRADED": "degradado",
        "UP": "no ar",
    },
)

ENGLISH = Words(
    meta="en",
    decimal=".",
    thousands=",",
    severities={"critical": "Critical", "warning": "Warning", "info": "Notice"},
    services=_SERVICES | {"banks": "Banks"},
    rules={
        "p95_latency": "{service} slow",
        "error_rate": "{service} failing",
        "whatsapp_queue_pending": "WhatsApp queue backlog",
        "whatsapp_queue_dead": "WhatsApp messages given up",
        "whatsapp_queue_held": "WhatsApp queue refused by the provider",
        "llm_down": "LLM not answering",
        "service_down": "{service} not answering",
        "worker_silent": "NOC worker silent",
        "worker_clock": "A NOC worker's clock is wrong",
        "provider_cut_off": "A provider fails and is not called",
        "no_data": "No data of {service}",
        "rule_error": "A rule of the NOC fails",
        "db_connections": "Database almost out of connections",
        "db_transaction": "Long transaction in the database",
        "db_partitions": "Partitions missing in the database",
        "audit_broken": "Audit trail broken",
    },
    events={
        "opened": "{severity}",
        "reopened": "Back again ({times}x) · {severity}",
        "severity_up": "Worse · {severity}",
        "flapping": "Unstable · {severity}",
        "reminder": "Still open · {severity}",
        "escalation": "Unanswered · {severity}",
        "closed": "Resolved",
    },
    texts={
        "company": "Company",
        "no_company": "all (provider or platform)",
        "since": "Since",
        "measured": "Measured",
        "limit": "limit {threshold}",
        "lasted": "Lasted",
        "worst": "Worst value",
        "worst_and_mean": "{worst} (mean {mean})",
        "for": "For",
        "closed_by": "Closed by",
        "operator": "an operator",
        "withdrawn": "Its rule or target does not exist any more.",
        "flapping": "It opens and closes often; until it is steady, not every change is told.",
        "nothing_to_do": "Nothing has to be done.",
        "open": "Open in the NOC",
        "footer": "Automatic notice of the NOC",
        "reopened_group": "Back again · {severity}",
        "companies": "{companies} companies: {what}",
        "alerts": "{what}: {count} alerts",
        "more": "and {more} more",
        "more_where": "see the NOC",
        "bundle": "{count} notices of the NOC",
        "storm": "Many alerts at once: {count}",
        "bundle_ended": "{ended} of them resolved",
        "storm_more": "While it lasts only this summary is sent; see all of them in the NOC.",
        "test": "Test of the NOC",
        "notice_under_investigation": "A problem is being looked into",
        "notice_mitigated": "The problem is worked around",
        "notice_resolved": "The problem is solved",
        "notice_approval_asked": "An action waits for your approval",
        "notice_done_alone": "A large action was done without a second person",
        "test_text": "Hello, {name}. If you read this, notices of the NOC reach you.",
        "anchor": "Anchor of the audit trail: {count} chains",
        "anchor_text": (
            "Keep this message: it proves what the trail held at {at}. Save the line below as a "
            "file and check it with: python -m dev.verify_audit --anchors FILE"
        ),
        "DOWN": "down",
        "DEGRADED": "degraded",
        "UP": "up",
    },
)

LANGUAGES: Mapping[str, Words] = {"pt-BR": PORTUGUESE, "en": ENGLISH}
