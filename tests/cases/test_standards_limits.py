"""How time limits are read from what people wrote."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue.limit_text import Unreadable, WrittenLimit, parse_limits, write_limits
from cases.deadlines.limits import LimitUnit

ONE = """
2紧急工作时 | 2 urgent_hour
4小时 | 4 work_hour
4工作时 | 4 work_hour
2天 | 2 work_day
5工作日 | 5 work_day
1紧急工作日 | 1 natural_day
3自然日 | 3 natural_day
２４小时以内 | 24 work_hour
不超过1.5小时 | 1.5 work_hour
限期3天内 | 3 work_day
两个工作日 | 2 work_day
十五天 | 15 work_day
三十日 | 30 work_day
半天 | 0.5 work_day
4 working hours | 4 work_hour
1 urgent hour | 1 urgent_hour
2 calendar days | 2 natural_day
"""


@pytest.mark.parametrize("line", ONE.strip().splitlines())
def test_a_plain_limit_is_a_number_with_a_unit(line):
    text, expected = (part.strip() for part in line.split("|"))
    (limit,) = parse_limits(f" {text}\n")
    assert f"{limit.value} {limit.unit.value}" == expected
    assert (limit.area_class, limit.stage, limit.stage_name, limit.note) == ("", 1, "", "")


def test_a_season_is_kept_in_words():
    for text in ("种植季节15工作日", "15工作日（种植季节）"):
        (limit,) = parse_limits(text)
        assert (limit.value, limit.unit, limit.note, limit.stage_name) == (15, LimitUnit.WORK_DAY, "种植季节", "")


def test_what_shall_be_done_names_the_stage():
    (limit,) = parse_limits("1紧急工作时制止")
    assert (limit.value, limit.unit, limit.stage_name) == (1, LimitUnit.URGENT_HOUR, "制止")


@pytest.mark.parametrize(
    "text",
    [
        "责令停工4小时；处罚7天；拆除20天",
        "4小时内责令停工,7天内处罚,20天内拆除",
        "责令停工：4小时\n处罚：7天\n拆除：20天",
    ],
)
def test_stages_come_in_the_order_of_the_text(text):
    limits = parse_limits(text)
    assert [(row.stage, row.stage_name, str(row.value)) for row in limits] == [
        (1, "责令停工", "4"), (2, "处罚", "7"), (3, "拆除", "20"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["A类2小时，B类4小时，C类1天", "A:2小时/B:4小时/C:1天", "A级2小时；B级4小时；C级1天"])
def test_area_classes_have_limits_of_their_own(text):
    assert [(row.area_class, f"{row.value} {row.unit.value}") for row in parse_limits(text)] == [
        ("A", "2 work_hour"), ("B", "4 work_hour"), ("C", "1 work_day"),
    ]  # fmt: skip


REFUSED = """
立即 | no number with a unit
尽快处理 | no number with a unit
4 | no number with a unit
0天 | no possible time limit
99999天 | no possible time limit
1.234小时 | no possible time limit
4小时，2天 | say of each for which
4小时2天 | put a semicolon
A类2小时 | class C
2-3小时 | belongs to no unit
一个半小时 | belongs to no unit
停工2小时；停工4小时 | say of each for which
； | holds no time limit
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_nothing_is_guessed(line):
    text, reason = (part.strip() for part in line.split("|"))
    with pytest.raises(Unreadable, match=reason):
        parse_limits(text)


def test_an_empty_cell_is_a_missing_limit():
    with pytest.raises(Unreadable, match="missing"):
        parse_limits(" \n")


words = st.sampled_from(["", "停工", "处罚", "拆除", "恢复路面"])
values = st.decimals("0.01", "9999.99", places=2)
units = st.sampled_from(list(LimitUnit))


@st.composite
def written(draw):
    classes = draw(st.sampled_from([("",), ("A", "B", "C"), ("", "A"), ("C",)]))
    rows = []
    for area_class in classes:
        names = draw(st.lists(words.filter(bool), min_size=2, max_size=4, unique=True) | st.tuples(words).map(list))
        for stage, name in enumerate(names, start=1):
            note = draw(st.sampled_from(["", "种植季节", "汛期"]))
            rows.append(WrittenLimit(draw(values), draw(units), area_class, stage, name, note))
    return tuple(sorted(rows, key=lambda row: (row.area_class, row.stage)))


@given(written())
def test_what_was_written_is_read_back(limits):
    again = parse_limits(write_limits(limits))
    assert again == limits
    assert write_limits(again) == write_limits(limits)


@given(st.text(alphabet="0123456789半一二十工作紧急自然小时日天个ABC类：；，、（）. \n停内", max_size=30))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    try:
        limits = parse_limits(text)
    except Unreadable as fault:
        assert str(fault).endswith(".")
    else:
        assert all(Decimal(0) < row.value < 10_000 for row in limits)
        assert parse_limits(write_limits(limits)) == limits
