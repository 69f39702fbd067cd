"""CNPJ in SQL, against the vectors that the TypeScript and Python modules share."""

from __future__ import annotations

import pytest

from tests.db.conftest import Database

VALID = [
    "12ABC34501DE35",
    "11222333000181",
    "00000000000191",
    "AAAAAAAAAAAA45",
    "ZZZZZZZZZZZZ62",
    "A1B2C3D4000193",
    "11111111111180",
    "12ABC345000188",
]
INVALID = [
    "00000000000000",
    "12ABC34501DE36",
    "12ABC34501DEA5",
    "1122233300018",
    "112223330001811",
    "12ÁBC34501DE35",
    "12abc34501de35",
    "",
]


@pytest.mark.parametrize("cnpj", VALID)
def test_a_cnpj_with_right_check_digits_is_valid(db: Database, cnpj: str) -> None:
    assert db.one("select noc.cnpj_valid(%s)", cnpj) is True


@pytest.mark.parametrize("cnpj", INVALID)
def test_a_cnpj_with_a_fault_is_invalid(db: Database, cnpj: str) -> None:
    assert db.one("select noc.cnpj_valid(%s)", cnpj) is False


def test_null_is_not_a_valid_cnpj(db: Database) -> None:
    assert db.one("select noc.cnpj_valid(null)") is False


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        (" 11.222.333/0001-81 ", "11222333000181"),
        ("1122233300018X", None),
        ("11222333000181;", None),
    ],
)
def test_mask_and_lower_case_are_dropped_and_nothing_else(
    db: Database, written: str, canonical: str | None
) -> None:
    assert db.one("select noc.cnpj_canonical(%s)", written) == canonical
