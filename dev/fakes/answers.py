"""Answers in JSON that carry whatever text strangers sent."""

import json
from typing import Any

from starlette.responses import JSONResponse


class JsonAnswer(JSONResponse):
    """Escaped to ASCII: half a surrogate pair in a mail or a message is no reason to fail."""

    def render(self, content: Any) -> bytes:
        """The bytes of the body."""
        return json.dumps(content, separators=(",", ":")).encode("ascii")
