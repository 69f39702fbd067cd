"""Edge functions: one Deno process for each folder of supabase/functions with an index.ts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.stack.errors import StackError
from dev.stack.instance import FUNCTION_SLOTS, Instance
from dev.stack.paths import CLI_CONFIG, FUNCTIONS, LOCAL, ROOT
from dev.stack.service import Service, accepts


@dataclass(frozen=True, slots=True)
class Function:
    """`verify_jwt` is the hosted platform's own check of the caller's token, on by default."""

    name: str
    port: int
    verify_jwt: bool


def functions(instance: Instance) -> list[Function]:
    """The functions of the repository; raises `StackError` when the port block is too small."""
    settings = tomllib.loads(CLI_CONFIG.read_text()).get("functions", {})
    names = sorted(
        path.parent.name
        for path in FUNCTIONS.glob("*/index.ts")
        if not path.parent.name.startswith("_")
    )
    if len(names) > FUNCTION_SLOTS:
        raise StackError(f"there are {len(names)} edge functions, more than {FUNCTION_SLOTS}.")
    return [
        Function(name, port, settings.get(name, {}).get("verify_jwt", True))
        for name, port in zip(names, instance.ports.functions, strict=False)
    ]


def deno() -> Path:
    """The Deno binary itself: its npm wrapper would be one more process to look after.

    Raises `StackError` when it is not installed.
    """
    found = next((ROOT / "node_modules/@deno").glob("*/deno"), None)
    if found is None:
        raise StackError("Deno is not installed; run dev/setup.")
    return found


def service(function: Function, env: Mapping[str, str]) -> Service:
    """One function on its port; Deno.serve takes the address from the environment."""
    return Service(
        name=f"function-{function.name}",
        command=(
            str(deno()),
            *("run", "--quiet", "--no-prompt", "--no-lock", "--node-modules-dir=none"),
            *("--allow-net", "--allow-env", f"--allow-read={FUNCTIONS},{LOCAL / 'deno'}"),
            str(FUNCTIONS / function.name / "index.ts"),
        ),
        env={**env, "DENO_SERVE_ADDRESS": f"tcp:127.0.0.1:{function.port}"},
        ports=(function.port,),
        ready=accepts(function.port),
        sources=(FUNCTIONS / function.name, FUNCTIONS / "_shared", FUNCTIONS / "deno.json"),
        ready_within_s=90.0,  # the first start fetches the function's packages
    )
