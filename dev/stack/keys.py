"""The keys and tokens of one instance: made on its first start, kept in its keys folder.

Users' and machines' tokens are signed ES256 with the instance's signing key, as on a new hosted
project. The gateway's opaque API keys stand for two long-lived HS256 tokens, anon and service_role.
"""

import base64
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import jwt

from dev.stack import cli_tool
from dev.stack.instance import Instance

MACHINE_ROLES: Final = ("noc_worker", "noc_ingest", "noc_webhook")
MACHINE_TOKEN_LIFE: Final = "8760h"
RENEW_BEFORE_S: Final = 7 * 86_400
API_TOKEN_LIFE_S: Final = 10 * 365 * 86_400
FILE: Final = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """`publishable` and `secret` are what clients hold; the gateway swaps them for the tokens."""

    publishable: str
    secret: str
    anon_token: str
    service_token: str
    machine_tokens: dict[str, str]


def jwks_path(instance: Instance) -> Path:
    """The verifying keys: the public signing key and the HS256 secret of the API tokens."""
    return instance.keys / "jwks.json"


def ensure_keys(instance: Instance, now: float | None = None) -> Keys:
    """The instance's keys, made when absent or when a machine token ends within a week.

    `now` is in seconds since 1970. Raises `StackError` when the CLI fails.
    """
    kept = _read(instance)
    if kept and _first_end(kept) > (now or time.time()) + RENEW_BEFORE_S:
        return kept
    instance.keys.mkdir(parents=True, exist_ok=True)
    instance.keys.chmod(0o700)
    keys = _make(instance)
    _write(instance.keys / FILE, json.dumps(asdict(keys)))
    return keys


def read_keys(instance: Instance) -> Keys:
    """The keys of an instance that was started before; raises `FileNotFoundError` otherwise."""
    return Keys(**json.loads((instance.keys / FILE).read_text()))


def _make(instance: Instance) -> Keys:
    signing_keys = cli_tool.signing_keys_path(instance)
    _write(signing_keys, "[]")
    cli_tool.run(instance, "gen", "signing-key", "--algorithm", "ES256", "--append")
    (signing,) = json.loads(signing_keys.read_text())
    secret = secrets.token_bytes(32)
    shared = {"kty": "oct", "alg": "HS256", "k": _base64url(secret)}
    _write(jwks_path(instance), json.dumps({"keys": [_public(signing), shared]}))
    with ThreadPoolExecutor() as pool:
        tokens = dict(
            zip(
                MACHINE_ROLES,
                pool.map(lambda role: _machine_token(instance, role), MACHINE_ROLES),
                strict=True,
            )
        )
    return Keys(
        publishable=f"sb_publishable_{secrets.token_urlsafe(24)}",
        secret=f"sb_secret_{secrets.token_urlsafe(24)}",
        anon_token=_api_token("anon", secret),
        service_token=_api_token("service_role", secret),
        machine_tokens=tokens,
    )


def _machine_token(instance: Instance, role: str) -> str:
    command = ("gen", "bearer-jwt", "--role", role, "--valid-for", MACHINE_TOKEN_LIFE)
    return cli_tool.run(instance, *command).strip()


def _api_token(role: str, secret: bytes) -> str:
    now = int(time.time())
    claims = {"iss": "supabase", "role": role, "iat": now, "exp": now + API_TOKEN_LIFE_S}
    return jwt.encode(claims, secret, algorithm="HS256")


def _public(key: dict[str, object]) -> dict[str, object]:
    return {**{name: key[name] for name in key if name != "d"}, "key_ops": ["verify"]}


def _first_end(keys: Keys) -> float:
    """When the first machine token ends, in seconds since 1970."""
    ends = [
        jwt.decode(token, options={"verify_signature": False})["exp"]
        for token in keys.machine_tokens.values()
    ]
    return float(min(ends))


def _read(instance: Instance) -> Keys | None:
    if not jwks_path(instance).exists():
        return None
    try:
        return read_keys(instance)
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
