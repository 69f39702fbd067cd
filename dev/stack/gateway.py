"""nginx as the hosted gateway and as the web server of the static page."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from dev.stack.edge import Function
from dev.stack.instance import Instance
from dev.stack.keys import Keys
from dev.stack.paths import ROOT, WEB
from dev.stack.service import Service, accepts

NGINX: Final = "/usr/sbin/nginx"
SOURCES: Final = ROOT / "dev/gateway"
CSP_FILE: Final = "csp.txt"
STRICT_CSP: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
)
LOCATION: Final = """
        location ~ ^/functions/v1(?<function_path>/{name}(?:/.*)?)$ {{
            {check}proxy_set_header Authorization $http_authorization;
            proxy_pass http://127.0.0.1:{port}$function_path$is_args$args;
        }}"""
CHECK: Final = "auth_request /_verify;\n            error_page 401 = @unauthorized;\n            "


def service(instance: Instance, keys: Keys, functions: Sequence[Function]) -> Service:
    """The gateway; writes its configuration."""
    config = write_config(instance, keys, functions)
    return Service(
        name="gateway",
        command=(NGINX, "-e", "stderr", "-p", f"{instance.run}/", "-c", str(config)),
        env={"TZ": "UTC"},
        ports=(instance.ports.api, instance.ports.web),
        ready=accepts(instance.ports.api),
        sources=tuple(instance.run / name for name in ("nginx.conf", "api.conf", "page.conf")),
    )


def access_log(instance: Instance) -> Path:
    """One JSON object a line for every API request; no query strings, no bodies."""
    return instance.log / "access.json"


def write_config(instance: Instance, keys: Keys, functions: Sequence[Function]) -> Path:
    """Writes the gateway's files where they differ from what is there; gives the main one."""
    template = (SOURCES / "nginx.conf.template").read_text()
    config = _filled(template, _values(instance, keys, functions))
    _write(instance.run / "nginx.conf", config)
    _write(instance.run / "api.conf", (SOURCES / "api.conf").read_text())
    _write(instance.run / "page.conf", _page_headers(instance))
    page = {
        "supabase_url": instance.api_url,
        "supabase_publishable_key": keys.publishable,
    }
    _write(instance.run / "config.json", json.dumps(page), mode=0o644)
    return instance.run / "nginx.conf"


def _values(
    instance: Instance, keys: Keys, functions: Sequence[Function]
) -> Mapping[str, str | int | Path]:
    return {
        # Started by root, nginx would serve files as a user who may not enter the checkout.
        "USER": "user root;" if os.getuid() == 0 else "",
        "RUN": instance.run,
        "LOG": instance.log,
        "API": instance.ports.api,
        "REST": instance.ports.rest,
        "AUTH": instance.ports.auth,
        "REALTIME": instance.ports.realtime,
        "WEB": instance.ports.web,
        "WEB_ROOT": WEB / "out",
        "PUBLISHABLE": keys.publishable,
        "SECRET": keys.secret,
        "ANON_TOKEN": keys.anon_token,
        "SERVICE_TOKEN": keys.service_token,
        "FUNCTIONS": "".join(_location(function) for function in functions),
    }


def _location(function: Function) -> str:
    check = CHECK if function.verify_jwt else ""
    return LOCATION.format(name=re.escape(function.name), port=function.port, check=check)


def _page_headers(instance: Instance) -> str:
    """The page's security headers, with the policy that its build wrote when there is one."""
    built = WEB / "out" / CSP_FILE
    policy = built.read_text().strip() if built.exists() else STRICT_CSP
    directives = {
        part.split()[0]: part.strip()
        for part in policy.replace("\n", " ").split(";")
        if part.strip()
    }
    sockets = instance.api_url.replace("http", "ws", 1)
    directives["connect-src"] = f"connect-src 'self' {instance.api_url} {sockets}"
    directives["frame-ancestors"] = "frame-ancestors 'none'"
    headers = {
        "Content-Security-Policy": "; ".join(directives.values()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())


def _filled(template: str, values: Mapping[str, str | int | Path]) -> str:
    return re.sub(r"@([A-Z_]+)@", lambda found: str(values[found.group(1)]), template)


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    if not path.exists() or path.read_text() != text:
        path.touch(mode=mode)
        path.write_text(text)
