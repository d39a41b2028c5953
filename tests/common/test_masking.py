"""Masks for personal data (handbook §9.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.common import masking


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("19900005678", "199****5678"), ("0593-7654321", "0593****4321"), ("7654321", "*****21"), ("12", "**"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_phone_keeps_its_ends(plain, masked):
    assert masking.phone(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"),
    [("99999919900101123X", "999999********123X"), ("350982900101123", "3*************3"), ("12", "**"), ("", "")],
)
def test_an_identity_number_keeps_its_ends(plain, masked):
    assert masking.identity_number(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("王", "王*"),
        ("Smith", "S****"),
        ("", ""),
    ],
)
def test_a_name_keeps_the_surname(plain, masked):
    assert masking.name(plain) == masked


@pytest.mark.parametrize("mask", [masking.phone, masking.identity_number, masking.name])
@given(text=st.text(st.characters(exclude_characters="*"), min_size=1, max_size=40))
def test_a_mask_always_hides_something(mask, text):
    assert "*" in mask(text)
    assert mask(text) != text


@given(text=st.text("0123456789", min_size=5, max_size=20))
def test_at_most_seven_digits_of_a_phone_and_ten_of_an_identity_number_are_shown(text):
    assert sum(sign != "*" for sign in masking.identity_number(text)) <= 10
    if len(text) <= 11:
        assert sum(sign != "*" for sign in masking.phone(text)) <= 7
