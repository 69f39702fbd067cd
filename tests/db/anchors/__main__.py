"""`python -m tests.db.anchors`: writes docs/alert-cases.md."""

from __future__ import annotations

from tests.db.anchors.cases import PAGE, cases, page

PAGE.write_text(page(cases()))
