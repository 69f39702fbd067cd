"""Each case of the table is proved by a test that is there and runs."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.db.anchors.cases import FIELDS, PAGE, ROOT, VERDICTS, Case, cases, page, raw
from tests.db.anchors.written import written_tests

LEAST = 65
PRODUCTS = {
    "Prometheus",
    "Alertmanager",
    "Grafana",
    "PagerDuty",
    "incident.io",
    "OnCall",
    "OneUptime",
    "Gatus",
    "Uptime Kuma",
    "Nagios and Naemon",
    "Keep",
    "Healthchecks",
}


def test_every_case_says_everything() -> None:
    for entry in raw():
        assert tuple(entry) == FIELDS, entry
        assert all(value.strip() for value in entry.values()), entry


def test_there_are_enough_and_none_twice() -> None:
    assert len(cases()) >= LEAST
    assert [name for name, times in Counter(c.name for c in cases()).items() if times > 1] == []


def test_every_product_of_the_field_has_its_cases() -> None:
    assert {case.product for case in cases()} >= PRODUCTS


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_is_proved_by_a_test_that_runs(case: Case) -> None:
    assert case.source
    assert case.we.split(":")[0].split(",")[0] in VERDICTS
    assert case.proof in written_tests(ROOT / case.path)


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text() == page(cases()), "run `python -m tests.db.anchors`"
