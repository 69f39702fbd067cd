"""Every service of an instance, in one list: command, environment, ports, readiness, needs."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dotenv import dotenv_values

from dev.stack import edge, fakes, gateway, jobs_example, postgres, rest
from dev.stack.cli_tool import signing_keys_path
from dev.stack.edge import Function
from dev.stack.instance import Instance
from dev.stack.keys import Keys, jwks_path
from dev.stack.paths import CLI_CONFIG, PYTHON, ROOT
from dev.stack.service import Service, answers

DEMO_PASSWORD: Final = "noc-demo-2026"
# The Realtime probe's own sign-in, from seed.sql.
PROBE_EMAIL: Final = "probe@noc.local"
PROBE_PASSWORD: Final = "noc-probe-2026"
# A test run signs in from one address more often than any person would.
UNLIMITED: Final = {"AUTH_RATE_LIMIT_SIGN_IN": "100000", "AUTH_RATE_LIMIT_TOKEN_REFRESH": "100000"}
WORKERS: Final = ROOT / "workers"
SIMULATOR: Final = ROOT / "dev/simulator"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts to run beyond the API itself; `limits` are those of Auth on requests."""

    web: bool = True
    workers: bool = True
    traffic: bool = True
    limits: bool = True


def database_service(instance: Instance) -> Service:
    """The cluster, which has to be filled before anything else can start."""
    return postgres.service(instance)


def other_services(
    instance: Instance, keys: Keys, platform_key: str | None, wanted: Wanted
) -> tuple[list[Service], list[str]]:
    """All the rest, and the names of those whose code is not there yet.

    `platform_key` is the ingest key of the platform's own collectors; null when there is none.
    """
    found = edge.functions(instance)
    services = [rest.service(instance), gateway.service(instance, keys, found)]
    services += [edge.service(one, _function_env(instance, keys, wanted)) for one in found]
    absent = []
    for name, module, service in _python_services(instance, keys, platform_key, found, wanted):
        if (ROOT / module.replace(".", "/") / "__main__.py").exists():
            services.append(service)
        else:
            absent.append(name)
    return services, absent


def client_env(instance: Instance, keys: Keys) -> dict[str, str]:
    """What a client of this instance needs, under the names of .env.example."""
    return {
        "SUPABASE_URL": instance.api_url,
        "SUPABASE_PUBLISHABLE_KEY": keys.publishable,
        "NOC_WORKER_TOKEN": keys.machine_tokens["noc_worker"],
        "NOC_INGEST_TOKEN": keys.machine_tokens["noc_ingest"],
        "NOC_WEBHOOK_TOKEN": keys.machine_tokens["noc_webhook"],
        "DATABASE_URL": postgres.dsn(instance, "postgres"),
        "NOC_WEB_URL": instance.web_url,
    }


def _python_services(
    instance: Instance,
    keys: Keys,
    platform_key: str | None,
    found: list[Function],
    wanted: Wanted,
) -> list[tuple[str, str, Service]]:
    behind_gateway = ("gateway", "rest", "auth", *(f"function-{one.name}" for one in found))
    all_of_them = [
        ("realtime", "dev.realtime", _realtime(instance)),
        ("auth", "dev.auth", _auth(instance, keys, wanted)),
    ]
    if wanted.workers:
        workers = _workers(instance, keys, platform_key, behind_gateway, wanted)
        all_of_them.append(("workers", "workers", workers))
    if wanted.traffic:
        all_of_them.append(("fakes", "dev.fakes", fakes.service(instance)))
        jobs = jobs_example.service(instance, client_env(instance, keys), behind_gateway)
        all_of_them.append(("jobs", "dev.jobs_example", jobs))
        all_of_them.append(("traffic", "dev.simulator", _traffic(instance, keys, behind_gateway)))
    return all_of_them


def _realtime(instance: Instance) -> Service:
    port = instance.ports.realtime
    return Service(
        name="realtime",
        command=(str(PYTHON), "-m", "dev.realtime"),
        env={
            "REALTIME_DB_URL": postgres.dsn(instance, postgres.ADMIN),
            "REALTIME_PORT": str(port),
            "JWT_JWKS": str(jwks_path(instance)),
        },
        ports=(port,),
        ready=answers(f"http://127.0.0.1:{port}/healthz"),
        needs=("postgres",),
        sources=(ROOT / "dev/realtime",),
    )


def _auth(instance: Instance, keys: Keys, wanted: Wanted) -> Service:
    port = instance.ports.auth
    settings = tomllib.loads(CLI_CONFIG.read_text())["auth"]
    return Service(
        name="auth",
        command=(str(PYTHON), "-m", "dev.auth"),
        env={
            "AUTH_DB_URL": postgres.dsn(instance, "supabase_auth_admin"),
            "AUTH_PORT": str(port),
            "AUTH_SIGNING_KEY": str(signing_keys_path(instance)),
            "JWT_JWKS": str(jwks_path(instance)),
            "AUTH_EXTERNAL_URL": f"{instance.api_url}/auth/v1",
            "AUTH_DISABLE_SIGNUP": str(not settings["enable_signup"]).lower(),
            "AUTH_REUSE_INTERVAL_S": str(settings["refresh_token_reuse_interval"]),
            "JWT_EXPIRY_S": str(settings["jwt_expiry"]),
            "SUPABASE_SECRET_KEY": keys.secret,
            **({} if wanted.limits else UNLIMITED),
        },
        ports=(port,),
        ready=answers(f"http://127.0.0.1:{port}/health"),
        needs=("postgres",),
        sources=(ROOT / "dev/auth",),
    )


def _function_env(instance: Instance, keys: Keys, wanted: Wanted) -> dict[str, str]:
    """No secret key: a function holds the token of its own machine role."""
    names = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "NOC_INGEST_TOKEN", "NOC_WEBHOOK_TOKEN")
    env = client_env(instance, keys)
    return {**_provider_settings(instance, wanted), **{name: env[name] for name in names}}


def _workers(
    instance: Instance,
    keys: Keys,
    platform_key: str | None,
    needs: tuple[str, ...],
    wanted: Wanted,
) -> Service:
    names = (
        "SUPABASE_URL",
        "SUPABASE_PUBLISHABLE_KEY",
        "NOC_WORKER_TOKEN",
        "NOC_INGEST_TOKEN",
        "NOC_WEB_URL",
    )
    client = client_env(instance, keys)
    env = {
        **(jobs_example.SECRET_ENV if wanted.traffic else {}),
        **_provider_settings(instance, wanted),
        **{name: client[name] for name in names},
        "NOC_PROBE_EMAIL": PROBE_EMAIL,
        "NOC_PROBE_PASSWORD": PROBE_PASSWORD,
        "NOC_GATEWAY_LOG": str(gateway.access_log(instance)),
        "NOC_SPOOL_DIR": str(instance.home / "spool"),
        # For the probe of PostgreSQL, which only knocks: no worker holds a password to it.
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{instance.ports.database}/postgres",
    }
    if platform_key:
        env["NOC_PLATFORM_KEY"] = platform_key
    return Service(
        name="workers",
        command=(str(PYTHON), "-m", "workers", "all"),
        ready_text='"started"',
        env=env,
        needs=needs,
        sources=(WORKERS,),
    )


def _traffic(instance: Instance, keys: Keys, needs: tuple[str, ...]) -> Service:
    env = client_env(instance, keys)
    names = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "DATABASE_URL")
    return Service(
        name="traffic",
        command=(str(PYTHON), "-m", "dev.simulator", "flow"),
        env={**{name: env[name] for name in names}, "NOC_INSTANCE": instance.name},
        needs=needs,
        sources=(SIMULATOR,),
    )


def _provider_settings(instance: Instance, wanted: Wanted) -> Mapping[str, str]:
    """Providers' addresses and credentials: those of .env for `make up`, else the fakes'."""
    own = _from_dotenv() if instance.name == "dev" else {}
    faked = fakes.provider_env(instance, {**os.environ, **own}) if wanted.traffic else {}
    return {**faked, **own}


def _from_dotenv() -> dict[str, str]:
    return {
        name: value
        for name, value in dotenv_values(ROOT / ".env").items()
        if value and name not in os.environ
    }
