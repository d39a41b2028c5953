"""The arithmetic of rates, periods and ranks, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from cases.evaluation import reports, tickets, whistled
from cases.evaluation.figures import Facts, counted, percent, ranked, value, weighted
from cases.evaluation.periods import parse
from cases.evaluation.reports import ReportFacts
from cases.evaluation.tickets import TicketFacts
from cases.evaluation.whistled import WhistleFacts
from citygrid import env
from citygrid.common.errors import Invalid

FLAGS = st.booleans()
CONTACTS = st.sampled_from((tickets.NOT_OWED, tickets.IN_TIME, tickets.NOT_IN_TIME))
ANSWERS = st.sampled_from(("", "yes", "partly", "no"))
LIMITS = st.sampled_from((reports.NOT_DUE, reports.IN_TIME, reports.NOT_IN_TIME))
ABOUT = {
    tickets: st.builds(TicketFacts, FLAGS, CONTACTS, FLAGS, st.integers(0, 5), ANSWERS, FLAGS, FLAGS),
    reports: st.builds(ReportFacts, FLAGS, FLAGS, FLAGS, LIMITS, LIMITS, FLAGS),
    whistled: st.builds(
        WhistleFacts, FLAGS, FLAGS, FLAGS, st.sampled_from(("", "justified", "duplicate", "self_solvable")),
        FLAGS, FLAGS, FLAGS, FLAGS, FLAGS,
    ),
}  # fmt: skip


def facts(room):
    points = st.fixed_dictionaries({name: st.integers(0, most) for name, most in reports.POINTS.items()})
    points = points.map(lambda given: {**given, "total": sum(given.values())})
    return st.lists(st.builds(Facts, st.just(1), ABOUT[room], st.just(1), points), max_size=30)


rooms = pytest.mark.parametrize("room", [tickets, reports, whistled], ids=["tickets", "reports", "whistled"])


@rooms
@given(data=st.data())
def test_a_rate_lies_between_nothing_and_all_or_is_no_rate(room, data):
    found = data.draw(facts(room))
    for figure in room.FIGURES:
        one = value(figure, found)
        if one.denominator == 0:
            assert (one.share, one.percent) == (None, None)
        else:
            assert one.share is not None and 0 <= one.share <= 1
            assert one.percent is not None and Decimal(0) <= one.percent <= 100


@rooms
@given(data=st.data())
def test_the_counts_of_two_periods_add_up(room, data):
    one, two = data.draw(facts(room)), data.draw(facts(room))
    for figure in room.FIGURES:
        first, second, both = value(figure, one), value(figure, two), value(figure, [*one, *two])
        assert (first.numerator + second.numerator, first.denominator + second.denominator) == (
            both.numerator, both.denominator,
        )  # fmt: skip
    for _name, _label, test in room.COUNTERS:
        assert counted(one, test) + counted(two, test) == counted([*one, *two], test)


@rooms
@given(data=st.data())
def test_what_is_alike_may_be_counted_together(room, data):
    """Facts with a count are as many facts with the count of one: the grouping of the database changes nothing."""
    found = data.draw(facts(room))
    doubled = [Facts(one.unit, one.about, 2, {name: 2 * total for name, total in one.sums.items()}) for one in found]
    for figure in room.FIGURES:
        assert value(figure, doubled).share == value(figure, found).share


@given(found=facts(tickets), more=facts(tickets))
def test_an_excluded_ticket_never_changes_a_rate(found, more):
    excluded = [one for one in more if one.about.excluded]
    for figure in tickets.FIGURES:
        assert value(figure, [*found, *excluded]) == value(figure, found)


@given(found=facts(reports), more=facts(reports))
def test_an_excused_department_is_in_no_figure(found, more):
    freed = [one for one in more if one.about.freed]
    for figure in reports.FIGURES:
        assert value(figure, [*found, *freed]) == value(figure, found)


@rooms
@given(data=st.data())
def test_the_parts_of_a_figure_are_disjoint_and_whole(room, data):
    about = data.draw(ABOUT[room])
    for figure in room.FIGURES:
        if figure.good:
            assert figure.takes(about, "counted") == (figure.takes(about, "good") ^ figure.takes(about, "missed"))
        assert set(figure.parts) == ({"counted", "good", "missed"} if figure.good else {"counted"})


@pytest.mark.parametrize(
    ("share", "shown"),
    [((1, 3), "33.33"), ((2, 3), "66.67"), ((1, 8), "12.50"), ((1, 1), "100.00"), ((0, 7), "0.00"),
     ((12345, 100000), "12.35"), ((12344, 100000), "12.34"), ((49995, 1000000), "5.00"), ((1, 800), "0.13")],
)  # fmt: skip
def test_rates_are_rounded_half_up_and_only_for_show(share, shown):
    assert str(percent(Fraction(*share))) == shown


def test_the_score_weighs_ten_forty_five_forty_five_and_knows_no_score_without_data():
    weights = (10, 45, 45)
    rates = (Fraction(9, 10), Fraction(8, 10), Fraction(7, 10))
    assert percent(weighted(zip(rates, weights, strict=True))) == Decimal("76.50")
    assert weighted([(Fraction(1), 10), (None, 45), (Fraction(1), 45)]) is None
    assert weighted([(Fraction(1, 2), 100), (None, 0)]) == Fraction(1, 2)
    assert weighted([]) is None


@given(st.dictionaries(st.integers(), st.one_of(st.none(), st.fractions(0, 1)), max_size=20))
def test_equal_shares_share_a_place_and_no_share_has_none(shares):
    places = ranked(shares.items())
    assert set(places) == {unit for unit, share in shares.items() if share is not None}
    for unit, place in places.items():
        assert place == 1 + sum(1 for other in places if shares[other] > shares[unit])


def test_weights_must_total_a_hundred(monkeypatch):
    for raw, fault in (("10,45", "3 whole numbers"), ("10,45,46", "totals 101"), ("a,b,c", "whole numbers")):
        monkeypatch.setenv("THREE_RATE_WEIGHTS", raw)
        with pytest.raises(ImproperlyConfigured, match=fault):
            env.weights("THREE_RATE_WEIGHTS", "10,45,45")
    monkeypatch.setenv("THREE_RATE_WEIGHTS", "20,40,40")
    assert env.weights("THREE_RATE_WEIGHTS", "10,45,45") == (20, 40, 40)


@pytest.mark.parametrize(
    ("code", "first", "last", "kind", "before"),
    [
        ("2026-11", (2026, 11, 1), (2026, 11, 30), "month", "2026-10"),
        ("2026-01", (2026, 1, 1), (2026, 1, 31), "month", "2025-12"),
        ("2026-Q1", (2026, 1, 1), (2026, 3, 31), "quarter", "2025-Q4"),
        ("2026-Q4", (2026, 10, 1), (2026, 12, 31), "quarter", "2026-Q3"),
        ("2024", (2024, 1, 1), (2024, 12, 31), "year", "2023"),
        ("2026-11-05..2026-11-07", (2026, 11, 5), (2026, 11, 7), "days", "2026-11-02..2026-11-04"),
    ],
)
def test_periods_are_days_of_the_city(code, first, last, kind, before):
    found = parse(code)
    assert (found.first, found.last, found.kind) == (date(*first), date(*last), kind)
    assert found.before().code == before
    assert found.before().beyond == found.first
    # The day begins at midnight in Shanghai, eight hours before it does in Greenwich.
    assert found.start.astimezone(UTC) == datetime(first[0], first[1], first[2], tzinfo=UTC) - timedelta(hours=8)
    assert found.label


@pytest.mark.parametrize(
    "code",
    ["", "2026-13", "2026-00", "2026-Q5", "1999", "20266", "2026-02-30..2026-03-01", "2026-11-02..2026-11-01",
     "２０２６", "2025-01-01..2026-01-02", "2026-11-01", "0000", "9999", "2026-11\x00", "9999-12"],
)  # fmt: skip
def test_what_is_no_period_is_refused_in_a_sentence(code):
    with pytest.raises(Invalid) as refusal:
        parse(code)
    assert "period" in refusal.value.fields
