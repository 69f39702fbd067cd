"""The vectors of the Receita Federal's example and of both formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cnpj import check_digits, is_valid, normalize

VALID = [
    "12ABC34501DE35",
    "11222333000181",
    "00000000000191",
    "AAAAAAAAAAAA45",
    "ZZZZZZZZZZZZ62",
    "A1B2C3D4000193",
    "11111111111180",
]
INVALID = [
    "00000000000000",
    "12ABC34501DE36",
    "12ABC34501DE3A",
    "1122233300018",
    "112223330001810",
    "12ÁBC34501DE35",
    "12abc34501de35",
    "",
    "11222333000181\n",
    "１1222333000181",
]
BASES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12)


@pytest.mark.parametrize("cnpj", VALID)
def test_a_right_number_is_valid(cnpj: str) -> None:
    assert is_valid(cnpj)
    assert check_digits(cnpj[:12]) == cnpj[12:]


@pytest.mark.parametrize("cnpj", INVALID)
def test_a_wrong_number_is_not(cnpj: str) -> None:
    assert not is_valid(cnpj)


def test_the_digits_of_a_head_office_are_known() -> None:
    assert check_digits("12ABC3450001") == "88"


@pytest.mark.parametrize("base", ["12abc3450001", "12ABC345000", "12ABC345000Ç", ""])
def test_a_base_of_another_shape_has_no_digits(base: str) -> None:
    with pytest.raises(ValueError, match="12 characters"):
        check_digits(base)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("  12abc34501de35 ", "12ABC34501DE35"),
        ("11.222.333/0001-82", None),
        ("11.222.3330001-81", None),
        ("11-222-333/0001.81", None),
        ("12ÁBC34501DE35", None),
        ("12ıbc34501de35", None),
    ],
)
def test_what_people_type_becomes_canonical_or_nothing(typed: str, canonical: str | None) -> None:
    assert normalize(typed) == canonical


@given(BASES.filter(lambda base: len(set(base)) > 1))
def test_every_base_has_one_pair_of_digits_and_no_other_is_valid(base: str) -> None:
    right = check_digits(base)
    assert [f"{n:02}" for n in range(100) if is_valid(base + f"{n:02}")] == [right]
