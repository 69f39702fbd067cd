"""The other end of the workers' network: a gateway with machine RPCs, Auth, ingest and Realtime.

Behaves by docs/rpc.md and remembers every request, so that a test can assert what was sent.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

WORKER_TOKEN = "worker-jwt-for-tests"
PUBLISHABLE_KEY = "sb_publishable_for_tests"
PLATFORM_KEY = "noc_ik_for_tests"
PASSWORD = "probe-password-for-tests"


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


def check_row(check_id: str = "c1", probe: str = "rest", **fields: Any) -> dict[str, Any]:
    """A row of noc_list_checks()."""
    row: dict[str, Any] = {
        "check_id": check_id,
        "service_name": f"supabase:{probe}",
        "company_cnpj": None,
        "probe": probe,
        "config": {},
        "interval_s": 30,
        "timeout_s": 5,
        "fence": None,
    }
    return row | fields


@dataclass
class FakeSupabase:
    """The state behind the fake endpoints; a test sets it and reads it."""

    checks: list[dict[str, Any]] = field(default_factory=list)
    due: list[dict[str, Any]] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)
    untold: list[dict[str, Any]] = field(default_factory=list)
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    renewed: list[dict[str, Any]] = field(default_factory=list)
    released: list[dict[str, Any]] = field(default_factory=list)
    heartbeats: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    batches: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    # Answers given instead of the real one, by path: (status, body, headers)
    broken: dict[str, tuple[int, Any, dict[str, str]]] = field(default_factory=dict)
    joins: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    expires_in: int = 600
    deny_join: bool = False
    lose_echoes: int = 0
    sockets: list[WebSocket] = field(default_factory=list)

    def app(self) -> Starlette:
        rpc = self._rpc
        return Starlette(
            routes=[
                Route("/rest/v1/rpc/noc_ping", rpc(self._ping), methods=["POST"]),
                Route("/rest/v1/rpc/noc_claim_checks", rpc(self._claim), methods=["POST"]),
                Route("/rest/v1/rpc/noc_list_checks", rpc(self._list), methods=["POST"]),
                Route("/rest/v1/rpc/noc_settle_check", rpc(self._settle), methods=["POST"]),
                Route(
                    "/rest/v1/rpc/noc_claim_notifications", rpc(self._claim_told), methods=["POST"]
                ),
                Route(
                    "/rest/v1/rpc/noc_begin_notification", rpc(self._begin_told), methods=["POST"]
                ),
                Route(
                    "/rest/v1/rpc/noc_settle_notification", rpc(self._settle_told), methods=["POST"]
                ),
                Route("/rest/v1/rpc/noc_renew_leases", rpc(self._renew), methods=["POST"]),
                Route("/rest/v1/rpc/noc_release_leases", rpc(self._release), methods=["POST"]),
                Route("/rest/v1/rpc/noc_may_call", rpc(self._health), methods=["POST"]),
                Route("/rest/v1/rpc/noc_record_call", rpc(self._health), methods=["POST"]),
                Route("/rest/v1/rpc/noc_heartbeat", rpc(self._heartbeat), methods=["POST"]),
                Route("/rest/v1/rpc/noc_probe_echo", rpc(self._echo), methods=["POST"]),
                Route("/auth/v1/health", rpc(self._health)),
                Route("/auth/v1/token", rpc(self._token), methods=["POST"]),
                Route("/functions/v1/ingest/health", rpc(self._function_health)),
                Route("/functions/v1/ingest", rpc(self._ingest), methods=["POST"]),
                Route("/deadman", rpc(self._health)),
                WebSocketRoute("/realtime/v1/websocket", self._realtime),
            ]
        )

    def of(self, path: str) -> list[Seen]:
        return [seen for seen in self.requests if seen.path.endswith(path)]

    def break_all(self, status: int = 503, code: str = "PGRST002") -> None:
        """The database is away: PostgREST says so on every call."""
        for name in (
            "ping",
            "claim_checks",
            "list_checks",
            "settle_check",
            "heartbeat",
            "claim_notifications",
            "begin_notification",
            "settle_notification",
            "renew_leases",
            "release_leases",
        ):
            body = {"code": code, "message": "no", "details": None, "hint": None}
            self.broken[f"/rest/v1/rpc/noc_{name}"] = (status, body, {})

    def _rpc(
        self, handle: Callable[[Seen], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            body = await request.json() if raw else None
            seen = Seen(request.method, request.url.path, dict(request.headers), body)
            self.requests.append(seen)
            if seen.path in self.broken:
                status, answer, headers = self.broken[seen.path]
                return JSONResponse(answer, status, headers)
            return await handle(seen)

        return endpoint

    async def _ping(self, _seen: Seen) -> Response:
        return JSONResponse({"server_time": "2026-11-23T12:00:00.123Z"})

    async def _claim(self, seen: Seen) -> Response:
        count = seen.body["max"]
        claimed, self.due = self.due[:count], self.due[count:]
        return JSONResponse(claimed)

    async def _list(self, _seen: Seen) -> Response:
        return JSONResponse(self.checks)

    async def _settle(self, seen: Seen) -> Response:
        known = {(row["check_id"], row["checked_at"]) for row in self.settled}
        if (seen.body["check_id"], seen.body["checked_at"]) not in known:
            self.settled.append(seen.body)
        return JSONResponse({"status": "UP", "since": "2026-11-23T12:00:00Z", "accepted": True})

    async def _claim_told(self, seen: Seen) -> Response:
        count = seen.body["max"]
        claimed, self.untold = self.untold[:count], self.untold[count:]
        leases = [{"notification_id": one["notification_id"], "fence": 1} for one in claimed]
        self.begun |= {one["notification_id"]: one for one in claimed}
        return JSONResponse(leases)

    async def _begin_told(self, seen: Seen) -> Response:
        return JSONResponse(self.begun[seen.body["notification_id"]])

    async def _settle_told(self, seen: Seen) -> Response:
        self.told.append(seen.body)
        return JSONResponse({"accepted": True, "state": "sent"})

    async def _renew(self, seen: Seen) -> Response:
        self.renewed += seen.body["leases"]
        return JSONResponse([one["id"] for one in seen.body["leases"]])

    async def _release(self, seen: Seen) -> Response:
        self.released += seen.body["leases"]
        return JSONResponse(len(seen.body["leases"]))

    async def _heartbeat(self, seen: Seen) -> Response:
        self.heartbeats.append(seen.body)
        quiet: dict[str, Any] = {
            "server_time": "2026-11-23T12:00:00.123456+00:00",
            "tick_at": None,
            "workers": [],
            "cut_off": [],
        }
        return JSONResponse(quiet | self.report)

    async def _health(self, _seen: Seen) -> Response:
        return JSONResponse({"name": "GoTrue"})

    async def _function_health(self, _seen: Seen) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ingest(self, seen: Seen) -> Response:
        if seen.headers.get("authorization") != f"Bearer {PLATFORM_KEY}":
            return JSONResponse({"hint": "ingest_key"}, 401)
        batch_id = seen.body["batch_id"]
        uuid.UUID(batch_id)
        known = self.batches.get(batch_id)
        self.batches.setdefault(batch_id, seen.body["events"])
        accepted = 0 if known is not None else len(seen.body["events"])
        duplicate = len(known) if known is not None else 0
        counts = {"accepted": accepted, "duplicate": duplicate, "rejected": []}
        return JSONResponse(counts, 202)

    async def _token(self, seen: Seen) -> Response:
        if seen.body.get("password", PASSWORD) != PASSWORD:
            refusal = {"code": 400, "error_code": "invalid_credentials", "msg": "no"}
            return JSONResponse(refusal, 400)
        token = f"user-token-{len(self.tokens) + 1}"
        self.tokens.append(token)
        now = datetime.now().isoformat()
        user = {
            "id": str(uuid.uuid4()),
            "aud": "authenticated",
            "app_metadata": {},
            "user_metadata": {},
            "created_at": now,
        }
        session = {
            "access_token": token,
            "refresh_token": f"refresh-{token}",
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "user": user,
        }
        return JSONResponse(session)

    async def _echo(self, seen: Seen) -> Response:
        if self.lose_echoes > 0:
            self.lose_echoes -= 1
            return JSONResponse({"sent": True})
        for socket in self.sockets:
            payload = {"event": "echo", "type": "broadcast", "payload": {"nonce": "another's"}}
            message = {"topic": "realtime:noc:probe", "event": "broadcast", "ref": None}
            await socket.send_json(message | {"payload": payload})
            payload["payload"] = {"nonce": seen.body["nonce"]}
            await socket.send_json(message | {"payload": payload})
        return JSONResponse({"sent": True})

    async def _realtime(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await self._answer(socket, await socket.receive_json())
        except WebSocketDisconnect:
            if socket in self.sockets:
                self.sockets.remove(socket)

    async def _answer(self, socket: WebSocket, message: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"status": "ok", "response": {}}
        if message["event"] == "phx_join":
            self.joins.append(message["payload"])
            if self.deny_join:
                reply = {"status": "error", "response": {"reason": "Unauthorized: no"}}
            else:
                self.sockets.append(socket)
                reply = {"status": "ok", "response": {"postgres_changes": []}}
        elif message["event"] == "access_token":
            self.joins.append(message["payload"])
            return
        await socket.send_json(
            {
                "topic": message["topic"],
                "event": "phx_reply",
                "ref": message["ref"],
                "payload": reply,
            }
        )
