"""Reference data of the hotline: added, changed, retired, never deleted; limits by level with their unit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cases.catalogue.importing import import_categories
from cases.deadlines.models import Clock
from cases.hotline.limits import limit_of, set_limit
from cases.hotline.maintain import add_entry, change_entry, restore_entry, retire_entry, supervise
from cases.hotline.reference import DemandType, TicketCategory, is_supervised
from cases.hotline.seeding import load_categories, load_types
from cases.hotline.units import propose
from cases.journal.models import Event
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.demo.fixtures import FIXTURES
from gridmap.departments.models import Department
from tests import cast
from tests.cases.ticket_walk import TicketWalk, hotline, log
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db


def entry(code="X-1", **columns):
    return add_entry(model=TicketCategory, code=code, at=AT, **{"name": "噪声", **columns})


def test_an_entry_lives_in_the_journal_and_is_never_lost(people):
    row = entry()
    change_entry(entry=row, at=AT, name="施工噪声", level="h24")
    retire_entry(entry=row, at=AT)
    assert not TicketCategory.objects.in_force(AT).exists()
    restore_entry(entry=row, at=AT)
    assert TicketCategory.objects.in_force(AT).get().level == "h24"
    kinds = list(Event.objects.filter(subject_type="cases.ticketcategory").values_list("kind", flat=True))
    assert kinds == [f"ticket_category.{verb}" for verb in ("added", "changed", "retired", "restored")]
    for who in ("operator", "manager"):
        with pytest.raises(NotAllowed):
            entry("X-2", by=people[who])
    add_entry(model=DemandType, code="idea", name="点子", at=AT, by=people["sysadmin"])


def test_codes_and_the_tree_are_kept_sound(db):
    top = entry("A")
    with pytest.raises(Conflict, match="in use already"):
        entry("A")
    with pytest.raises(Invalid, match="letters, digits"):
        entry("噪声")
    with pytest.raises(Invalid, match="name"):
        entry("B", name=" ")
    below = entry("B", parent=top)
    with pytest.raises(Invalid, match="never below itself"):
        change_entry(entry=top, at=AT, parent=below)
    deep = entry("D", parent=entry("C", parent=below))
    with pytest.raises(Invalid, match="at most 4"):
        entry("E", parent=deep)
    with pytest.raises(Conflict, match="Retire what lies below"):
        retire_entry(entry=top, at=AT)


def test_the_stock_limits_are_those_of_the_handbook(db):
    limits = {level: limit_of("reply", level) for level in ("h2", "h24", "d7", "d15")}
    assert {level: (float(one.value), str(one.unit)) for level, one in limits.items()} == {
        "h2": (2, "urgent_hour"), "h24": (24, "urgent_hour"), "d7": (7, "natural_day"), "d15": (15, "natural_day"),
    }  # fmt: skip


def test_a_limit_is_set_with_its_unit_and_reaches_what_still_runs(people, city):
    hotline(people, city)
    mine, other = TicketWalk(people), TicketWalk(people)
    mine.do("dispatch", "operator", unit="SQ", level="d7")
    other.do("dispatch", "operator", unit="SQ", level="h24")
    case = Walk(people, catalogue())
    case.to("dispatched")
    signing = Clock.objects.of(case.case).get(kind="sign").due_at
    set_limit(kind="reply", level="d7", value=Decimal(5), unit="work_day", at=mine.at, by=people["sysadmin"])
    set_limit(kind="sign", level="d7", value=Decimal(2), unit="urgent_hour", at=mine.at)
    reply = Clock.objects.of(mine.ticket).get(kind="reply")
    assert (float(reply.limit_value), reply.limit_unit) == (5, "work_day")
    assert Clock.objects.of(mine.ticket).get(kind="sign").due_at == mine.at + timedelta(hours=2)
    assert Clock.objects.of(other.ticket).get(kind="reply").due_at == other.at + timedelta(hours=24)
    assert Clock.objects.of(case.case).get(kind="sign").due_at == signing  # a case's clock of that name is another
    for wrong in ({"kind": "reply", "level": ""}, {"kind": "sign", "level": "h9"}, {"kind": "callback", "level": "d7"}):
        with pytest.raises(Invalid, match="one of the clocks"):
            set_limit(value=Decimal(1), unit="work_day", at=AT, **wrong)
    with pytest.raises(Invalid, match="greater than zero"):
        set_limit(kind="callback", value=Decimal(0), unit="work_day", at=AT)
    with pytest.raises(NotAllowed):
        set_limit(kind="callback", value=Decimal(1), unit="work_day", at=AT, by=people["hotlinelead"])


def test_supervision_begins_and_needs_the_right(people, city):
    hotline(people, city)
    unit = Department.objects.get(code="SQ")
    with pytest.raises(NotAllowed):
        supervise(unit=unit, reason="x", at=AT, by=people["hotlinelead"])
    supervise(unit=unit, reason="解决率低于全区平均", at=AT, by=people["manager"])
    assert is_supervised(unit.pk, AT)
    assert not is_supervised(unit.pk, AT - timedelta(seconds=1))
    with pytest.raises(Conflict, match="on the list already"):
        supervise(unit=unit, reason="再次", at=AT)


def test_the_stock_tree_leads_to_categories_that_exist(people, city):
    import_categories(path=FIXTURES / "categories.csv", at=cast.START)
    assert load_types(at=cast.START) == 6
    assert load_types(at=cast.START) == 0
    added = load_categories(path=FIXTURES / "ticket_categories.csv", at=cast.START)
    assert added == TicketCategory.objects.count() > 30
    assert load_categories(path=FIXTURES / "ticket_categories.csv", at=cast.START) == 0
    named = {row.split(",")[4] for row in (FIXTURES / "ticket_categories.csv").read_text().splitlines()[1:]} - {""}
    led = set(TicketCategory.objects.exclude(case_category=None).values_list("case_category__code", flat=True))
    assert led == named


def test_the_unit_alone_competent_is_proposed_before_the_street(people, city):
    hotline(people, city)
    bureau = Department.objects.get(code="ZJJ")
    ticket = log(people, category=entry("W", name="房屋质量", unit=bureau, level="d15"))
    found = propose(ticket, Acting(people["operator"], AT))
    assert found is not None
    assert (found.unit, ticket.level) == (bureau, "d15")
    assert "alone is competent" in found.reason
