"""Where things lie in the repository; nothing here depends on an instance."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCAL: Final = ROOT / ".local"
PG_BIN: Final = Path("/usr/lib/postgresql/15/bin")
PYTHON: Final = ROOT / ".venv/bin/python"
NODE_BIN: Final = ROOT / "node_modules/.bin"
MIGRATIONS: Final = ROOT / "supabase/migrations"
SEED: Final = ROOT / "supabase/seed.sql"
CLI_CONFIG: Final = ROOT / "supabase/config.toml"
FUNCTIONS: Final = ROOT / "supabase/functions"
PLATFORM: Final = ROOT / "dev/platform"
WEB: Final = ROOT / "web"


def tool_env() -> dict[str, str]:
    """The environment for our own tools: ours first in PATH, no telemetry, a home of its own."""
    home = LOCAL / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "PATH": f"{ROOT / '.venv/bin'}:{NODE_BIN}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "HOME": str(home),
        "DENO_DIR": str(LOCAL / "deno"),
        "DENO_NO_UPDATE_CHECK": "1",
        "SUPABASE_TELEMETRY_DISABLED": "1",
        "DO_NOT_TRACK": "1",
        "NEXT_TELEMETRY_DISABLED": "1",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
