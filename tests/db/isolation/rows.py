"""Random rows of every table, of every company and of none."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.db.isolation.facts import Row
from tests.db.isolation.tenants import Tenancy, random_uuid

SERVICES: Final = ("api", "omie", "f360", "llm", "banks", "supabase:rest")
ENDPOINTS: Final = ("GET /titulos", "POST /titulos", "GET /contas", "GET /saldo")
CODES: Final = (("p95_latency", "ms"), ("error_rate", "ratio"), ("whatsapp_queue_pending", "count"))
MESSAGES: Final = (
    ("queued", "queued"),
    ("queued", "retry"),
    ("sent", "delivered"),
    ("failed", "failed"),
    ("failed", "unknown"),
    ("failed", "dead"),
)


class Filler:
    """Writes random rows as the owner of the tables."""

    def __init__(
        self, connection: psycopg.Connection[Row], random: Random, tenancy: Tenancy
    ) -> None:
        self.connection = connection
        self.random = random
        self.at = tenancy.at
        self.tenancy = tenancy
        self.scopes: list[str | None] = [*tenancy.companies, None]
        self.calm = random.random() < 0.35  # nothing is wrong: states must not invent trouble

    def fill(self) -> None:
        """Some rows of everything, then turns of the engine: windows close before the last rows."""
        self._calls(self.random.randint(20, 120))
        self._logs_and_sessions()
        self._work()
        self._rules_and_alerts()
        self._contacts()
        self._breakers()
        self._actions()
        self._probes()
        self._administration()
        self.connection.execute("select noc.roll_up(now(), %s)", (self.random.randint(1, 4),))
        for _ in self._some(0, 2):
            closed_to = self.random.choice((self.at, self._ago(hours=2)))
            self.connection.execute("select noc.close_windows(%s)", (closed_to,))
        self.connection.execute("select noc.roll_up(now()), noc.finalise(now())")
        self.connection.execute("select noc.announce_touched()")

    def _insert(self, table: str, **values: Any) -> None:
        query = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        self.connection.execute(query, tuple(values.values()))

    def _ago(self, **longest: float) -> datetime:
        return self.at - timedelta(**longest) * self.random.random()

    def _some(self, low: int, high: int) -> range:
        return range(self.random.randint(low, high))

    def _calls(self, count: int) -> None:
        batches: dict[str | None, int] = {}
        spans = (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=30))
        for _ in range(count):
            company = self.random.choice(self.scopes)
            batch = batches.setdefault(company, 10**15 + len(batches))
            endpoint = self.random.choice(ENDPOINTS)
            self._insert(
                "public.api_usage",
                timestamp=self.at - self.random.choice(spans) * self.random.random(),
                company_cnpj=company,
                service=self.random.choice(SERVICES),
                endpoint=endpoint,
                method=endpoint.split()[0],
                status=self.random.choice((200, 200, 200, 404, 429, 500, 503, 0)),
                latency_ms=round(self.random.lognormvariate(5, 1.5)),
                user_id=random_uuid(self.random),
                batch_id=batch,
            )
        for company, batch in batches.items():
            self._insert(
                "noc.batch_pending",
                ledger_id=batch,
                kind="api_usage",
                company_cnpj=company,
                first_at=self.at - max(spans),
                last_at=self.at,
            )

    def _logs_and_sessions(self) -> None:
        for _ in self._some(3, 10):
            self._insert(
                "public.app_logs",
                timestamp=self._ago(hours=30),
                company_cnpj=self.random.choice(self.scopes),
                service=self.random.choice(SERVICES),
                level=self.random.choice(("debug", "info", "warn", "error", "fatal")),
                message="a line",
                batch_id=1,
            )
        for _ in self._some(6, 14):
            seen = self._ago(minutes=8) if self.random.random() < 0.5 else self._ago(days=3)
            person = self.random.choice(self.tenancy.people)
            if self.random.random() < 0.7:  # the others signed out
                self._insert("auth.sessions", id=random_uuid(self.random), user_id=person)
            self._insert(
                "public.sessions",
                user_id=person,
                company_cnpj=self.random.choice(self.scopes),
                started_at=seen - timedelta(minutes=5),
                last_seen_at=seen,
                ip="203.0.113.0",
                ua="Firefox",
            )

    def _work(self) -> None:
        for index in self._some(3, 25):
            created = self._ago(hours=40)
            status, state = self.random.choice(MESSAGES)
            self._insert(
                "public.queue_whatsapp",
                company_cnpj=self.random.choice(self.tenancy.companies),
                external_id=f"m{index}",
                status=status,
                state=state,
                attempts=self.random.randint(0, 3),
                created_at=created,
                updated_at=created + (self.at - created) * self.random.random(),
            )
        self._own_messages()
        self._pauses()
        self.connection.execute(
            "insert into noc.job_handlers (job_type, url, secret_ref, effect)"
            " values ('isolada', 'https://jobs.example.com/', 'MAIN', 'send')"
        )
        for index in self._some(3, 15):
            started = self._ago(hours=40)
            status = self.random.choice(("running", "success", "failed"))
            ended = started + (self.at - started) * self.random.random()
            self._insert(
                "public.jobs",
                company_cnpj=self.random.choice(self.tenancy.companies),
                external_id=f"j{index}",
                job_type=self.random.choice(("consolidacao", "conciliacao")),
                status=status,
                started_at=started,
                finished_at=None if status == "running" else ended,
                error="boom" if status == "failed" else None,
            )

    def _own_messages(self) -> None:
        """Messages that the NOC sends, each to somebody."""
        for index in self._some(6, 14):
            message_id = random_uuid(self.random)
            created = self._ago(hours=20)
            status, state = self.random.choice(MESSAGES)
            self._insert(
                "public.queue_whatsapp",
                message_id=message_id,
                company_cnpj=self.random.choice(self.tenancy.companies),
                external_id=f"o{index}",
                status=status,
                state=state,
                created_at=created,
                updated_at=created + (self.at - created) * self.random.random(),
                run_at=created,
                expires_at=self.at + timedelta(days=2),
            )
            self._insert(
                "noc.message_contents",
                message_id=message_id,
                recipient=f"551190000{index:04}",
                recipient_hash=b"",
                template="cobranca",
                language="pt_BR",
                parameters=[],
                created_at=created,
            )

    def _pauses(self) -> None:
        """By people and by the provider, of a company, a group or everything; some are over."""
        owners: list[tuple[str | None, Any]] = [(None, None)]
        owners += [(c, None) for c in self.random.sample(self.tenancy.companies, 2)]
        owners += [(None, group) for group in self.tenancy.groups]
        for company, group in self.random.sample(owners, self.random.randint(0, len(owners))):
            person = self.random.choice((None, *self.tenancy.people))
            self._insert(
                "noc.queue_pauses",
                company_cnpj=company,
                group_id=group,
                paused_at=self.at - timedelta(hours=2),
                paused_until=self.at + timedelta(hours=self.random.choice((-1, 1))),
                reason=f"motivo de {person}",
                paused_by=person,
            )

    def _rules_and_alerts(self) -> None:
        owners: list[tuple[str | None, Any]] = [(c, None) for c in self.tenancy.companies]
        owners += [(None, group) for group in self.tenancy.groups]
        own = self.random.sample(owners, k=(len(owners) + 1) // 2)
        for company, group in own:
            self._insert(
                "public.noc_rules",
                code="p95_latency",
                metric="p95_ms",
                scope_kind="company_service",
                comparator="above",
                company_cnpj=company,
                group_id=group,
                degraded_threshold=self.random.randint(100, 900),
                down_threshold=self.random.randint(1000, 9000),
            )
        rules = self.connection.execute("select rule_id, code, metric from public.noc_rules")
        by_code = {row["code"]: row["rule_id"] for row in rules}
        for index in self._some(0, 1) if self.calm else self._some(3, 14):
            self._alert(index, by_code)
        self._incident()
        self._silences()

    def _incident(self) -> None:
        """Now and then an alert of no company is an incident, and some others are its parts."""
        self.connection.execute(
            "with one as (update public.noc_alerts set incident = true where alert_id = (select"
            " alert_id from public.noc_alerts where company_cnpj is null order by alert_id limit 1)"
            " returning alert_id) update public.noc_alerts as a set parent_id = one.alert_id"
            " from one where a.company_cnpj is not null and hashtext(a.fingerprint) % 2 = 0"
        )

    def _silences(self) -> None:
        """Silences of a company, a group or everything; some mute an alert that is open."""
        for number in self._some(0, 4):
            kind = self.random.choice(("company", "group", "everything"))
            silence_id = random_uuid(self.random)
            company = self.random.choice(self.tenancy.companies) if kind == "company" else None
            row = self.connection.execute(
                "select noc.record_audit('silence', 'x', %s, jsonb_build_object('note', %s::text))"
                " as audit_id",
                (company, f"motivo {number}"),
            ).fetchone()
            assert row is not None
            self._insert(
                "public.noc_silences",
                silence_id=silence_id,
                company_cnpj=company,
                group_id=self.random.choice(self.tenancy.groups) if kind == "group" else None,
                matchers=Jsonb([{"field": "service", "op": "=", "value": "omie"}]),
                starts_at=self.at - timedelta(hours=1),
                ends_at=self.at + timedelta(hours=self.random.choice((-0.5, 1))),
                critical_until=self.at - timedelta(hours=0.75),
                created_by=self.random.choice(self.tenancy.people),
                audit_id=row["audit_id"],
            )
            self.connection.execute(
                "update public.noc_alerts set muted_by = 'silence:' || %s where state <> 'closed'"
                " and muted_by is null and hashtext(fingerprint) %% 4 = %s",
                (silence_id, number % 4),
            )

    def _alert(self, index: int, rules: dict[str, Any]) -> None:
        code, unit = self.random.choice(CODES)
        company = self.random.choice(self.scopes)
        severity = self.random.choice(("info", "warning", "critical"))
        state = self.random.choice(("open", "open", "ack", "closed"))
        started = self._ago(hours=30)
        opened = started + (self.at - started) * self.random.random()
        service = "whatsapp" if unit == "count" else self.random.choice(SERVICES)
        self._insert(
            "public.noc_alerts",
            rule_id=rules[code],
            code=code,
            fingerprint=f"{index}/{company}",
            target=f"company:{company}" if company else f"service:{service}",
            company_cnpj=company,
            service=service,
            severity=severity,
            severity_max="critical",
            state=state,
            started_at=started,
            opened_at=opened,
            last_seen_at=self.at,
            closed_at=self.at if state == "closed" else None,
            close_reason="recovered" if state == "closed" else None,
            ack_until=self.at + timedelta(hours=1) if state == "ack" else None,
            assignee=self.random.choice((None, *self.tenancy.people)),
            value=self.random.random() * 1000,
            last_value=self.random.random() * 1000,
            threshold=1,
            unit=unit,
        )
        self.connection.execute("select noc.announce('noc_alerts', %s)", (company,))
        for kind in self.random.sample(("opened", "acknowledged", "commented"), 2):
            person = None if kind == "opened" else self.random.choice(self.tenancy.people)
            self.connection.execute(
                "insert into noc.alert_events (alert_id, at, kind, severity, actor, audit_id)"
                " select a.alert_id, a.opened_at, %s, a.severity, %s, case when %s then"
                " noc.record_audit('alert_' || %s, 'alert:' || a.alert_id, a.company_cnpj,"
                " jsonb_build_object('note', %s::text)) end"
                " from public.noc_alerts as a where a.fingerprint = %s",
                (
                    kind,
                    person,
                    person is not None,
                    kind,
                    f"nota {index}",
                    f"{index}/{company}",
                ),
            )

    def _contacts(self) -> None:
        """One contact of everybody, and of some companies and groups; each told of something."""
        owners: list[tuple[str, str | None, Any]] = [("admin", None, None)]
        for owned in self.random.sample(self.tenancy.companies, 2):
            owners.append((self.random.choice(("franqueado", "cliente")), owned, None))
        owners.append(("franqueado", None, self.random.choice(self.tenancy.groups)))
        for index, (role, company, group) in enumerate(owners):
            self._insert(
                "noc.contacts",
                contact_id=random_uuid(self.random),
                name=f"Contato {index}",
                email=f"contato{index}@isolation.test",
                phone=f"+551190000000{index}",
                role=role,
                company_cnpj=company,
                group_id=group,
            )
        self.connection.execute(
            "insert into noc.notifications (alert_id, event, seq, channel, contact_id,"
            " company_cnpj, severity, state, created_at, run_at, done_at)"
            " select a.alert_id, 'opened', 1, h.channel, c.contact_id, a.company_cnpj,"
            " a.severity, 'sent', now(), now(), now()"
            " from public.noc_alerts as a"
            " inner join noc.contacts as c on c.email like '%isolation.test'"
            " cross join (values ('email'), ('whatsapp')) as h (channel)"
            " where c.role = 'admin' or c.company_cnpj = a.company_cnpj"
        )
        self.connection.execute(
            "insert into noc.notifications (event, seq, channel, contact_id, company_cnpj,"
            " severity, state, created_at, run_at)"
            " select 'test', 1, 'email', c.contact_id, c.company_cnpj, 'info', 'queued', now(),"
            " now() from noc.contacts as c where c.email like '%isolation.test'"
        )

    def _breakers(self) -> None:
        """Some open, of companies and of providers as a whole."""
        for index, company in enumerate([*self.tenancy.companies, None]):
            opened_at = self._ago(minutes=1) if self.random.random() < 0.5 else None
            self._insert(
                "noc.breakers",
                provider=("isolated:5511988880001", "isolated_1")[index % 2],
                company_cnpj=company,
                opened_at=opened_at,
                probe_at=opened_at,
            )

    def _actions(self) -> None:
        """Of one company, of several, of everything; and companies with demonstration data."""
        for index in self._some(2, 6):
            companies = self.random.sample(
                self.tenancy.companies, self.random.randint(1, len(self.tenancy.companies))
            )
            everything = self.random.random() < 0.2
            one = companies[0] if len(companies) == 1 and not everything else None
            self.connection.execute(
                "insert into public.noc_actions (actor, action, payload, created_at, company_cnpj,"
                " companies, everything, plan_id, plan_hash, size, idempotency_key, status,"
                " audit_id) values (%s, 'resume_queue', '{}', %s, %s, %s, %s, %s, '', 1, %s,"
                " 'succeeded', noc.record_audit('action_started', 'action', %s,"
                " jsonb_build_object('note', %s::text)))",
                (
                    self.random.choice(self.tenancy.people),
                    self._ago(hours=9),
                    one,
                    companies,
                    everything,
                    random_uuid(self.random),
                    f"k{index}",
                    one,
                    f"motivo {index}",
                ),
            )
        for company in self.random.sample(self.tenancy.companies, 2):
            mocked = self.random.random() < 0.6
            until = self.at + timedelta(hours=self.random.uniform(-1, 1))
            self._insert(
                "public.data_sources",
                company_cnpj=company,
                source="mock" if mocked else "supabase",
                since=self._ago(hours=9),
                until=until if mocked else None,
            )

    def _probes(self) -> None:
        known = self.connection.execute(
            "select service_name, company_cnpj from noc.check_targets where company_cnpj is null"
        ).fetchall()
        targets: list[tuple[str, str | None]] = [(row["service_name"], None) for row in known]
        targets += [
            (self.random.choice(SERVICES), self.random.choice(self.scopes))
            for _ in self._some(3, 8)
        ]
        for service, company in dict.fromkeys(targets):
            self._probe(service, company)

    def _probe(self, service: str, company: str | None) -> None:
        """One target, on time or late, judged or not, and the last line of its log."""
        checked = self._ago(seconds=160 if self.calm else 300)
        status = self.random.choice(
            ("UP",) if self.calm else ("UP", "UP", "UP", "DEGRADED", "DOWN", None)
        )
        since = None if status is None else checked - timedelta(hours=self.random.random())
        self.connection.execute(
            "insert into noc.check_targets (service_name, company_cnpj, probe, interval_s,"
            " enabled, status, since, last_checked_at) values (%s, %s, 'http', 60, %s, %s, %s,"
            " %s) on conflict (service_name, company_cnpj) do update set"
            " status = excluded.status, since = excluded.since, enabled = excluded.enabled,"
            " last_checked_at = excluded.last_checked_at, interval_s = excluded.interval_s",
            (service, company, self.random.random() < 0.9, status, since, checked),
        )
        self._insert(
            "public.service_health",
            service_name=service,
            company_cnpj=company,
            checked_at=checked,
            status=status,
            since=since,
            outcome="good" if status == "UP" else "bad",
            details=Jsonb({"http": 500}),
        )

    def _administration(self) -> None:
        for _ in self._some(2, 6):
            company = self.random.choice(self.scopes)
            self.connection.execute(
                "select noc.record_audit('save_company', 'company', %s, '{}')", (company,)
            )
            self._insert(
                "noc.ingest_keys",
                key_hash=self.random.randbytes(32),
                company_cnpj=company,
                scope="platform" if company is None else "company",
                label="isolation",
                service="api",
                services=["api"],
                kinds=["api_usage"],
                simulated=self.random.random() < 0.3,
                expires_at=self.at + timedelta(days=9),
                last_used_at=self._ago(minutes=90) if self.random.random() < 0.7 else None,
            )
        if self.random.random() < 0.5:
            self.connection.execute(
                "select noc.heartbeat('collect', 'one', now(), '{}', now() - interval '20 s')"
            )
        self.connection.execute("select noc.sample_database(now())")
        tick = self._ago(seconds=120)
        self.connection.execute("update noc.engine_state set tick_at = %s", (tick,))
