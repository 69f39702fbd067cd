"""Log lines become events; what is no API call is left out, by reason."""

import json
from typing import Any

import pytest

from workers.gateway import read_line
from workers.routes import MAX_ROUTES, OTHER, Routes, template


def line(**fields: Any) -> bytes:
    given = {
        "time": "2026-11-23T12:00:00.123+00:00",
        "request_id": "ab12",
        "method": "POST",
        "uri": "/rest/v1/rpc/noc_badge",
        "status": 200,
        "request_time": 0.0123,
        "upstream_status": "200",
        "bytes": 42,
        "agent": "Mozilla/5.0",
    }
    return json.dumps(given | fields).encode()


def test_a_call_becomes_an_event() -> None:
    assert read_line(line(), Routes()) == {
        "timestamp": "2026-11-23T12:00:00.123000+00:00",
        "service": "supabase:rest",
        "endpoint": "/rpc/noc_badge",
        "method": "POST",
        "status": 200,
        "latency_ms": 12.3,
    }


@pytest.mark.parametrize(
    ("uri", "service", "endpoint"),
    [
        ("/rest/v1/companies", "supabase:rest", "/companies"),
        ("/rest/v1/", "supabase:rest", "/"),
        ("/auth/v1/token", "supabase:auth", "/token"),
        ("/auth/v1/token?grant_type=password", "supabase:auth", "/token"),
        (
            "/auth/v1/admin/users/6f1f3f0a-1111-4912-8345-678912345678",
            "supabase:auth",
            "/admin/users/{id}",
        ),
        ("/realtime/v1/api/broadcast", "supabase:realtime", "/api/broadcast"),
        ("/functions/v1/ingest", "supabase:functions", "/ingest"),
    ],
)
def test_a_path_maps_to_a_service_and_a_route(uri: str, service: str, endpoint: str) -> None:
    event = read_line(line(uri=uri), Routes())
    assert isinstance(event, dict)
    assert (event["service"], event["endpoint"]) == (service, endpoint)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"agent": "noc-worker/0.1.0 collect"}, "own"),
        ({"agent": None, "ua": "noc-worker/9 health"}, "own"),
        ({"uri": "/rest/v1/rpc/noc_ingest", "agent": "Deno/2.9.6"}, "own"),
        ({"uri": "/realtime/v1/websocket", "method": "GET", "status": 101}, "websocket"),
        ({"method": "OPTIONS"}, "preflight"),
        ({"uri": "/"}, "foreign"),
        ({"uri": "/rest/v10/x"}, "foreign"),
        ({"method": "PROPFIND"}, "foreign"),
        ({"time": "yesterday"}, "unreadable"),
        ({"request_time": "-"}, "unreadable"),
        ({"request_time": -1}, "unreadable"),
        ({"status": None}, "unreadable"),
    ],
)
def test_what_is_no_measured_call_is_left_out(fields: dict[str, Any], reason: str) -> None:
    assert read_line(line(**fields), Routes()) == reason


@pytest.mark.parametrize("torn", [b"", b"{", line()[:-5], b"[]", b"\xff\xfe", b"nginx restarted"])
def test_a_torn_or_foreign_line_is_unreadable(torn: bytes) -> None:
    assert read_line(torn, Routes()) == "unreadable"


@pytest.mark.parametrize(
    ("status", "stored"), [(499, 0), (0, 0), ("000", 0), (100, 100), (599, 599), (600, 0)]
)
def test_a_call_without_an_answer_has_status_0(status: int | str, stored: int) -> None:
    event = read_line(line(status=status), Routes())
    assert isinstance(event, dict)
    assert event["status"] == stored


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/users/42", "/users/{id}"),
        ("/users/42abc", "/users/{id}"),
        ("/users/6F1F3F0A11114912834567891234ABCD", "/users/{id}"),
        ("/x/deadbeef0123", "/x/{id}"),
        ("/x/decade", "/x/decade"),
        ("/companies/12ABC34501DE35", "/companies/{id}"),
        ("/companies/A1B2C3D4000193", "/companies/{id}"),
        ("/u/ana@exemplo.com", "/u/{id}"),
        ("/u/ana%40exemplo.com", "/u/{id}"),
        ("/u/jo\u00e3o", "/u/{id}"),
        ("/u/" + "a" * 65, "/u/{id}"),
        ("/u/" + "a" * 64, "/u/" + "a" * 64),
        ("//rpc///noc_badge/", "/rpc/noc_badge"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/{more}"),
        ("", "/"),
    ],
)
def test_ids_and_personal_data_leave_the_route(path: str, route: str) -> None:
    assert template(path) == route


def test_the_longest_route_fits_the_database() -> None:
    assert len("DELETE " + template("/" + "/".join(["a" * 64] * 9))) > 200
    routes = Routes()
    assert len(routes.of("supabase:rest", "/" + "/".join(["a" * 64] * 9))) <= 200


def test_a_scanner_cannot_make_routes_without_end() -> None:
    routes = Routes()
    names = [f"/t{'x' * (n % 60)}_{chr(97 + n // 60)}" for n in range(MAX_ROUTES)]
    for name in names:
        assert routes.of("supabase:rest", name) == name
    assert routes.of("supabase:rest", "/one_more") == OTHER
    assert routes.of("supabase:rest", names[0]) == names[0]
    assert routes.of("supabase:auth", "/token") == "/token"
