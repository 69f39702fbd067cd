"""The gateway's configuration, as nginx itself judges it and as a caller meets it."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator

import httpx
import pytest

from dev.auth.__main__ import KEEP_ALIVE_S
from dev.stack import gateway
from dev.stack.edge import Function
from dev.stack.instance import Instance
from dev.stack.keys import Keys

POSTGREST_IDLE_S = 30  # its web server ends a connection after so long without a byte
KEYS = Keys("sb_publishable_x", "sb_secret_x", "anon.token", "service.token", {})


def test_nginx_accepts_the_configuration(instance: Instance) -> None:
    found = [Function("open", 1, False), Function("guarded-one", 2, True)]
    config = gateway.write_config(instance, KEYS, found)
    command = [gateway.NGINX, "-t", "-q", "-e", "stderr", "-c", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_a_guarded_function_asks_auth(instance: Instance) -> None:
    config = gateway.write_config(instance, KEYS, [Function("guarded", 2, True)])
    assert "auth_request /_verify" in config.read_text()
    config = gateway.write_config(instance, KEYS, [Function("open", 2, False)])
    assert "auth_request /_verify" not in config.read_text()


def test_an_idle_connection_is_ended_by_the_gateway_before_its_upstream_does(
    instance: Instance,
) -> None:
    config = gateway.write_config(instance, KEYS, []).read_text()
    kept = {
        name: int(re.findall(r"keepalive_timeout (\d+)s;", block)[0])
        for name, block in re.findall(r"upstream (\w+) \{(.* keepalive \d+;.*)\}", config)
    }
    assert kept.keys() == {"rest", "auth"}
    assert kept["rest"] < POSTGREST_IDLE_S
    assert kept["auth"] < KEEP_ALIVE_S


@pytest.fixture
def api(env: Callable[[str], str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=env("SUPABASE_URL")) as client:
        yield client


def test_a_request_without_a_key_is_refused(api: httpx.Client) -> None:
    answer = api.get("/rest/v1/companies")
    assert answer.status_code == 401
    assert answer.json()["message"] == "No API key found in request"


def test_a_request_with_a_wrong_key_is_refused(api: httpx.Client) -> None:
    answer = api.get("/rest/v1/companies", headers={"apikey": "sb_publishable_wrong"})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid API key"


def test_a_publishable_key_acts_as_anon(api: httpx.Client, env: Callable[[str], str]) -> None:
    key = env("SUPABASE_PUBLISHABLE_KEY")
    answer = api.get("/rest/v1/companies", headers={"apikey": key})
    assert (answer.status_code, answer.json()["code"]) == (401, "42501")


def test_a_browser_may_ask_from_another_origin(api: httpx.Client) -> None:
    asked = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,apikey,prefer",
    }
    answer = api.options("/rest/v1/rpc/noc_badge", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,apikey,prefer"


def test_an_unknown_function_is_told(api: httpx.Client) -> None:
    answer = api.post("/functions/v1/no-such-function")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_every_request_leaves_one_line_without_its_query(
    api: httpx.Client, env: Callable[[str], str]
) -> None:
    with open(env("NOC_GATEWAY_LOG"), encoding="utf-8") as log:
        log.seek(0, 2)
        api.get("/rest/v1/companies?name=eq.secret", headers={"apikey": "wrong"})
        line = json.loads(log.readline())
    assert line["uri"] == "/rest/v1/companies"
    assert (line["method"], line["status"], line["key"]) == ("GET", 401, "invalid")
    assert "secret" not in json.dumps(line)


def test_the_page_says_where_its_project_is(env: Callable[[str], str]) -> None:
    answer = httpx.get(f"{env('NOC_WEB_URL')}/config.json")
    assert answer.json() == {
        "supabase_url": env("SUPABASE_URL"),
        "supabase_publishable_key": env("SUPABASE_PUBLISHABLE_KEY"),
    }
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert env("SUPABASE_URL").replace("http", "ws") in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
