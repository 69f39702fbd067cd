"""Wrong versions of the rules of isolation, each of which the differential test must notice.

A function's mutant is its own text with one part replaced, so it follows the function; a part
that is no longer there fails the suite and asks for a new mutant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from tests.db.isolation.facts import Row
from tests.db.isolation.tables import READS

DEFINITION: Final = "select pg_get_functiondef(%s::regprocedure) as text"
REVOKED: Final = "and m.revoked_at is null"
FILTERED: Final = "text,uuid,text,text,timestamptz"


@dataclass(frozen=True, slots=True)
class Edit:
    """One part of one function, replaced everywhere in it."""

    function: str
    old: str
    new: str

    def apply(self, connection: psycopg.Connection[Row]) -> None:
        row = connection.execute(DEFINITION, (self.function,)).fetchone()
        assert row is not None
        assert self.old in row["text"], f"{self.function} no longer says: {self.old}"
        connection.execute(row["text"].replace(self.old, self.new).encode())


@dataclass(frozen=True, slots=True)
class Statement:
    """DDL as it stands: what somebody might add to a migration."""

    text: str

    def apply(self, connection: psycopg.Connection[Row]) -> None:
        connection.execute(self.text.encode())


@dataclass(frozen=True, slots=True)
class Using:
    """The sentence of a table's only SELECT policy, replaced."""

    table: str
    using: str

    def apply(self, connection: psycopg.Connection[Row]) -> None:
        row = connection.execute(
            "select polname from pg_policy where polrelid = %s::regclass", (self.table,)
        ).fetchone()
        assert row is not None
        connection.execute(
            sql.SQL("alter policy {} on {} using ({})").format(
                sql.Identifier(row["polname"]),
                sql.Identifier(*self.table.split(".")),
                sql.SQL(self.using),
            )
        )


Mutant = Edit | Statement | Using

SCOPES: Final = "noc.scopes_of(text[])"
GROUPS: Final = "noc.visible_groups()"
TOPICS: Final = "noc.my_topics()"
MEMBERS: Final = "noc.list_members()"
RULES: Final = "noc.list_rules(text,uuid)"
TRAIL: Final = "noc.require_trail(text)"
STATES: Final = "noc.service_status(timestamptz,text[])"
RESOLVE: Final = """
create or replace function noc.resolve_scope(company_cnpj text, group_id uuid)
returns text[] language plpgsql stable set search_path = '' as $$
begin
    {}
    if resolve_scope.company_cnpj is not null then
        if noc.cnpj_canonical(resolve_scope.company_cnpj) = any(noc.visible_scopes()) then
            return array[noc.cnpj_canonical(resolve_scope.company_cnpj)];
        end if;
    elsif resolve_scope.group_id is not null then
        if resolve_scope.group_id = any(noc.visible_groups()) then
            return array(select c.company_cnpj from public.companies as c
                where c.group_id = resolve_scope.group_id
                    and c.company_cnpj = any(noc.visible_scopes()));
        end if;
    else
        return noc.visible_scopes();
    end if;
    perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
end;
$$
"""

MUTANTS: Final[dict[str, Mutant]] = {
    # who sees what
    "a revoked membership counts": Edit(SCOPES, REVOKED, ""),
    "everybody's memberships count": Edit(SCOPES, "m.user_id = (select auth.uid())", "true"),
    "rows of no company for every member": Edit(
        SCOPES, "select '*' from mine where mine.role = 'admin'", "select '*' from mine"
    ),
    "a franqueado sees every company": Edit(
        SCOPES,
        "exists (select 1 from mine where mine.role = 'admin')",
        "exists (select 1 from mine where mine.role <> 'cliente')",
    ),
    "a cliente sees its company's group": Edit(
        SCOPES,
        "on c.group_id = mine.group_id",
        "on c.group_id = mine.group_id or c.group_id = (select k.group_id"
        " from public.companies as k where k.company_cnpj = mine.company_cnpj)",
    ),
    "no group is a group": Edit(
        SCOPES, "c.group_id = mine.group_id", "c.group_id is not distinct from mine.group_id"
    ),
    "a claim makes an admin": Edit(
        SCOPES,
        "exists (select 1 from mine where mine.role = 'admin')",
        "(select auth.jwt()) -> 'user_metadata' ->> 'role' = 'admin'"
        " or exists (select 1 from mine where mine.role = 'admin')",
    ),
    "a company held directly is forgotten": Edit(SCOPES, "mine.company_cnpj is not null", "false"),
    "an inactive company disappears": Edit(
        SCOPES, "on c.group_id = mine.group_id", "on c.group_id = mine.group_id and c.active"
    ),
    "a cliente operates": Edit(SCOPES, "and m.role = any(roles)", ""),
    "operable says cliente": Edit(
        "noc.operable_scopes()", "{admin,franqueado}", "{admin,franqueado,cliente}"
    ),
    "visible forgets cliente": Edit(
        "noc.visible_scopes()", "{admin,franqueado,cliente}", "{admin,franqueado}"
    ),
    "a revoked admin is admin": Edit("noc.is_admin()", REVOKED, ""),
    "any member is admin": Edit("noc.is_admin()", "and m.role = 'admin'", ""),
    "the last admin's id is not asked": Edit(
        "noc.is_admin()", "m.user_id = (select auth.uid()) and", ""
    ),
    "every group is visible": Edit(GROUPS, "where noc.is_admin()", "where true"),
    "a revoked franqueado's group is visible": Edit(GROUPS, REVOKED, ""),
    "a group with any company is visible": Edit(
        GROUPS, "and c.company_cnpj = any((select noc.visible_scopes())::text[])", ""
    ),
    "an admin without membership rows sees no group": Edit(GROUPS, "noc.is_admin()", "false"),
    # topics
    "the global topic for every member": Edit(TOPICS, "where '*' = any(mine.scopes)", ""),
    "every group's topic": Edit(TOPICS, "where noc.is_admin() or", "where true or"),
    "a revoked franqueado's topic": Edit(TOPICS, REVOKED, ""),
    "the probe's topic for everybody": Edit(TOPICS, "where p.user_id = (select auth.uid())", ""),
    "presence is open": Using(
        "realtime.messages", "(select realtime.topic()) = any((select noc.my_topics())::text[])"
    ),
    "every noc topic is open": Using(
        "realtime.messages", "extension = 'broadcast' and realtime.topic() like 'noc:%'"
    ),
    "a member may broadcast": Statement(
        "create policy talk on realtime.messages for insert to authenticated with check"
        " ((select realtime.topic()) = any((select noc.my_topics())::text[]))"
    ),
    # filters
    "a filter is not checked": Statement(
        RESOLVE.format(
            "if resolve_scope.company_cnpj is not null then"
            " return array[noc.cnpj_canonical(resolve_scope.company_cnpj)]; end if;"
        )
    ),
    "a group filter is not narrowed": Statement(
        RESOLVE.format(
            "if resolve_scope.group_id = any(noc.visible_groups()) then return array("
            "select c.company_cnpj from public.companies as c"
            " where c.group_id = resolve_scope.group_id); end if;"
        )
    ),
    "a foreign company is told from none": Statement(
        RESOLVE.format(
            "if exists (select 1 from public.companies as c where c.company_cnpj ="
            " resolve_scope.company_cnpj and c.company_cnpj <> all(noc.visible_scopes()))"
            " then perform noc.fail('PT403', 'not_yours', 'not yours'); end if;"
        )
    ),
    "a company hides a foreign group": Statement(RESOLVE.format("")),
    "everything without a filter": Edit(
        "noc.read_scope_of(text,uuid,text,text,timestamptz,text)",
        "'*' = any(v_scope.companies)",
        "company_cnpj is null and group_id is null",
    ),
    # definer reads
    "alerts of every scope": Edit(
        "noc.live_alerts(text[],text)", "coalesce(a.company_cnpj, '*') = any(scopes)", "true"
    ),
    "metrics of every company": Edit(
        "noc.metric_rows(text,text,text[],text,timestamptz,timestamptz,boolean)",
        "m.company_cnpj = any(companies)",
        "m.company_cnpj is not null",
    ),
    "the marginals of everything": Edit(
        "noc.scope_rows(noc.read_scope,text,timestamptz,timestamptz,boolean)",
        "case when not s.everything then s.companies end",
        "case when not s.everything then s.companies"
        " || array(select c.company_cnpj from public.companies as c) end",
    ),
    "cells of every company": Edit(
        "noc.heatmap_cells(noc.read_scope)",
        "case when not s.everything then s.companies end",
        "case when not s.everything then s.companies"
        " || array(select c.company_cnpj from public.companies as c) end",
    ),
    "figures of every company": Edit(
        "noc.service_figures(noc.read_scope)",
        "case when not s.everything then s.companies end",
        "case when not s.everything then s.companies"
        " || array(select c.company_cnpj from public.companies as c) end",
    ),
    "annotations of every scope": Edit(
        f"noc.series({FILTERED})", "coalesce(a.company_cnpj, '*') = any(v_scope.companies)", "true"
    ),
    "the history of every scope": Edit(
        "noc.filtered_alerts(noc.alert_filter)",
        "coalesce(a.company_cnpj, '*') = any(f.scopes)",
        "true",
    ),
    "the history names every scope's rules": Edit(
        "noc.alert_history(text,uuid,text,text,text,text,timestamptz,timestamptz,text,integer)",
        "coalesce(a.company_cnpj, '*') = any(v_filter.scopes)",
        "true",
    ),
    "the queue of every company": Edit(
        "noc.work_kpis(noc.read_scope,jsonb,timestamptz)",
        "q.company_cnpj = any(s.companies)",
        "true",
    ),
    "jobs of every company": Edit(
        "noc.work_kpis(noc.read_scope,jsonb,timestamptz)",
        "j.company_cnpj = any(s.companies)",
        "true",
    ),
    "the queue's page of every company": Edit(
        "noc.queue_rows(text[],timestamptz,timestamptz)",
        "from unnest(companies) as c (company_cnpj)",
        "from public.companies as c",
    ),
    "a pause names people to everybody": Edit(
        "noc.shown_queues(noc.read_scope,text[],timestamptz)",
        "(p.pause).group_id = any(noc.operable_groups())",
        "true",
    ),
    "messages of every company": Edit(
        "noc.list_messages(text,uuid,text,text,integer)",
        "noc.resolve_scope(list_messages.company_cnpj, list_messages.group_id)",
        "array(select c.company_cnpj from public.companies as c)",
    ),
    "a cliente resends messages": Edit(
        "noc.list_messages(text,uuid,text,text,integer)",
        "m.company_cnpj = any(v_operable)",
        "true",
    ),
    "sessions of no company for every member": Edit(
        "noc.list_sessions(text,uuid,text,timestamptz)", "'*' = any(v_companies)", "true"
    ),
    "the matrix names every company": Edit(
        f"noc.matrix({FILTERED})",
        "c.company_cnpj = any(v_scope.companies) and c.active",
        "c.active",
    ),
    "probes of every company": Edit(STATES, "t.company_cnpj = any(scopes)", "true"),
    "alerts of every company change a state": Edit(STATES, "a.company_cnpj = any(scopes)", "true"),
    "shared details for every member": Edit(
        STATES, "k.company_cnpj is not null or '*' = any(scopes)", "true"
    ),
    "keys of every company": Edit(
        "noc.traffic_state(timestamptz,text[])",
        "coalesce(k.company_cnpj, '*') = any(scopes)",
        "true",
    ),
    "the database's state for every member": Edit(
        f"noc.overview({FILTERED})", "v_scope.everything and service is null", "service is null"
    ),
    "the badge counts every alert": Edit(
        "noc.badge(timestamptz)",
        "noc.live_alerts(s.scopes, null)",
        "noc.live_alerts(s.scopes || '*'::text, null)",
    ),
    "members of everybody": Edit(MEMBERS, "where '*' = any(o.scopes)", "where true"),
    "members for a cliente": Edit(MEMBERS, "noc.operable_scopes()", "noc.visible_scopes()"),
    "members for a revoked franqueado": Edit(MEMBERS, "and mine.revoked_at is null", ""),
    "the rules of every company": Edit(RULES, "r.company_cnpj = any(v_companies)", "true"),
    "the rules of every group": Edit(RULES, "r.group_id = any(v_groups)", "r.group_id is not null"),
    "rules for a cliente in the list": Edit(RULES, "noc.operable_scopes()", "noc.visible_scopes()"),
    "how rules are evaluated for everybody": Edit(RULES, "v_admin and r.enabled", "r.enabled"),
    "a rule for every company": Edit(
        RULES, "array_remove(v_companies, '*')", "noc.visible_scopes()"
    ),
    "the platform's rules for everybody": Edit(
        RULES, "r.scope_kind <> 'platform' or v_admin", "true"
    ),
    "a revoked franqueado edits its group's rules": Edit("noc.operable_groups()", REVOKED, ""),
    "every group is operable": Edit("noc.operable_groups()", "where noc.is_admin()", "where true"),
    "a backtest of every company": Edit(
        "noc.backtest_rule(jsonb,text,integer,timestamptz)",
        "not v_companies <@ noc.operable_scopes()",
        "false",
    ),
    "the chains of every company": Edit(
        TRAIL, "where '*' = any(v_operable) or k.chain = any(v_operable)", ""
    ),
    "chains for a cliente": Edit(TRAIL, "noc.operable_scopes()", "noc.visible_scopes()"),
    "noc_me names every company": Edit(
        "noc.me()",
        "from public.companies as c where c.company_cnpj = any(mine.visible)",
        "from public.companies as c",
    ),
    "noc_me counts a group's every company": Edit(
        "noc.me()", "and c.company_cnpj = any(mine.visible)", ""
    ),
    "versions of the global topic": Edit(
        "noc.envelope(anyelement)",
        "noc.versions_of(noc.widest_topic())",
        "noc.versions_of('noc:global')",
    ),
    # grants
    "anon reads a table": Statement("grant select (company_cnpj) on public.jobs to anon"),
    "anon calls a read": Statement(
        "grant execute on function public.noc_badge(), noc.badge(timestamptz),"
        " noc.envelope(anyelement) to anon"
    ),
    "a second policy": Statement(
        "create policy wide on public.queue_whatsapp for select to authenticated"
        " using (status = 'failed')"
    ),
    "RLS off": Statement("alter table public.app_logs disable row level security"),
    "health of no company for everybody": Using(
        "public.service_health",
        "company_cnpj is null or company_cnpj = any((select noc.visible_scopes())::text[])",
    ),
    "the trail for a cliente": Using(
        "public.noc_audit",
        "coalesce(company_cnpj, '*') = any((select noc.visible_scopes())::text[])",
    ),
    "rules for a cliente": Using(
        "public.noc_rules",
        "coalesce(company_cnpj, '*') = any((select noc.visible_scopes())::text[])",
    ),
    "a group's rules for everybody": Using(
        "public.noc_rules",
        "group_id is not null or coalesce(company_cnpj, '*')"
        " = any((select noc.operable_scopes())::text[])",
    ),
    **{f"{table} is open": Using(f"public.{table}", "true") for table in READS},
}
