"""Who may import whom, as `workers/.importlinter` says."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_layers_hold() -> None:
    command = "from importlinter.cli import lint_imports_command as run; run()"
    config = str(ROOT / "workers" / ".importlinter")
    done = subprocess.run(
        [sys.executable, "-c", command, "--config", config, "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout
