"""Identity numbers, credit codes, phones: the standards' own examples, and numbers made at random."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.common.errors import Invalid
from gridmap.registers import checks

TODAY = date(2026, 1, 1)
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
first_17 = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03}",
    st.sampled_from(["999999", "350982", "110105", "810000", "935001"]),
    st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999),
)  # fmt: skip
identities = first_17.map(lambda text: text + checks.identity_check_digit(text))
credit_codes = st.text(SIGNS, min_size=17, max_size=17).map(lambda text: text + checks.credit_check_sign(text))


def identity(value):
    return checks.identity_number(value, today=TODAY)


def test_the_example_of_the_identity_standard_is_accepted():
    assert identity("11010519491231002X") == "11010519491231002X"


def test_the_example_of_the_credit_code_standard_is_accepted():
    assert checks.credit_code("91350100M000100Y43") == "91350100M000100Y43"


@given(identities)
def test_a_well_made_identity_number_is_accepted_in_any_writing(number):
    assert identity(number) == number
    assert identity(f" {number[:6]} {number[6:14]}-{number[14:].lower()} ") == number


@given(identities, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_mistyped_sign_of_an_identity_number_is_found(number, place, sign):
    wrong = number[:place] + sign + number[place + 1 :]
    if wrong != number:
        with pytest.raises(Invalid):
            identity(wrong)


@given(identities, st.integers(0, 16))
def test_two_swapped_neighbours_of_an_identity_number_are_found(number, place):
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(Invalid):
            identity(wrong)


@given(credit_codes)
def test_a_well_made_credit_code_is_accepted(code):
    assert checks.credit_code(f" {code[:9]} {code[9:].lower()}") == code


@given(credit_codes, st.integers(0, 17), st.sampled_from(SIGNS))
def test_one_mistyped_sign_of_a_credit_code_is_found(code, place, sign):
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Invalid):
            checks.credit_code(wrong)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_accepted_or_refused_in_words(text):
    for check in (identity, checks.credit_code, checks.mobile, checks.phone):
        try:
            assert check(text)
        except Invalid as refusal:
            assert str(refusal).endswith(".")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "18 characters"), ("350982900101123", "18 characters"), ("A" * 18, "18 characters"),
        ("99999920250230001X", "no such day"), ("999999203001010014", "no such day"),
        ("999999180001010014", "no such day"),
        ("110105194912310021", "does not fit"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_identity_number_is_said(value, says):
    with pytest.raises(Invalid, match=says):
        identity(value)


@pytest.mark.parametrize("value", ["", "91350100M000100Y4", "91350100I000100Y43", "91350100M000100Y44"])
def test_a_wrong_credit_code_is_refused(value):
    with pytest.raises(Invalid):
        checks.credit_code(value)


def test_a_region_that_cannot_be_is_a_doubt_and_no_refusal():
    made_up = "99999919900101001"
    number = identity(made_up + checks.identity_check_digit(made_up))
    assert len(checks.identity_doubts(number)) == 1
    assert checks.identity_doubts("11010519491231002X") == []


@pytest.mark.parametrize(
    "written",
    ["19900001234", "199 0000 1234", "199-0000-1234", "+86 19900001234", "008619900001234", "１９９００００１２３４"],
)
def test_a_mobile_number_is_read_in_any_writing(written):
    assert checks.mobile(written) == checks.phone(written) == "19900001234"


@pytest.mark.parametrize("written", ["", "1990000123", "199000012345", "12900001234", "0593-7654321", "mobile"])
def test_what_is_no_mobile_number_is_refused(written):
    with pytest.raises(Invalid, match="11 digits"):
        checks.mobile(written)


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("0593-7654321", "0593-7654321"), ("(0593) 7654321", "0593-7654321"), ("+86 593 7654321", "0593-7654321"),
        ("010 87654321", "010-87654321"), ("+86 10 87654321", "010-87654321"), ("02187654321", "021-87654321"),
    ],
)  # fmt: skip
def test_a_landline_keeps_its_area_code_apart(written, tidy):
    assert checks.phone(written) == tidy


@pytest.mark.parametrize("written", ["7654321", "0593-765432", "0593-1654321", "12345", "0593-765432100"])
def test_what_is_no_phone_is_refused(written):
    with pytest.raises(Invalid, match="area code"):
        checks.phone(written)


def test_personal_numbers_are_hidden_in_a_free_text_and_others_are_not():
    text = "call 199 0000 1234 or 11010519491231002X about 350982-20260101-000123 on 2026-01-01"
    assert (
        checks.hide_numbers(text)
        == "call ************* or ****************** about 350982-20260101-000123 on 2026-01-01"
    )


@pytest.mark.parametrize("at_fault", [("identity_number",), ("phone",), ("identity_number", "phone")])
def test_every_field_at_fault_is_named(at_fault):
    tests = {"identity_number": lambda: "x", "phone": lambda: "y"}
    for name in at_fault:
        tests[name] = lambda: checks.mobile("nonsense")
    with pytest.raises(Invalid) as refusal:
        checks.by_field(tests)
    assert set(refusal.value.fields) == set(at_fault)
