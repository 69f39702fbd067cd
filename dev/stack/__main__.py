"""Entry point of `python -m dev.stack`."""

import sys

from dev.stack.cli import main

sys.exit(main())
