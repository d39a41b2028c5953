"""Filing conditions: versions in time, limits by area class and stage, retirement; and the limits of stages."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.catalogue.conditions import ConditionLimit, FilingCondition, StageLimit
from cases.catalogue.importing import import_categories
from cases.catalogue.limit_text import parse_limits
from cases.catalogue.limits import condition_limit, set_stage_limit, stage_limit
from cases.catalogue.maintain import add_condition, change_condition, retire_condition
from cases.catalogue.models import Category
from cases.catalogue.seeding import load_conditions
from cases.deadlines import calendars
from cases.deadlines.limits import WorkDayMode
from cases.deadlines.models import Clock
from cases.journal.models import Event
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.areas.models import Grid
from gridmap.demo.fixtures import FIXTURES
from tests import cast
from tests.cases.walk import AT, Walk

pytestmark = pytest.mark.django_db
HOURS8 = WorkDayMode.HOURS8
LATER = AT + timedelta(days=40)


@pytest.fixture
def category(city) -> Category:
    import_categories(path=FIXTURES / "categories.csv", at=cast.START)
    return Category.objects.get(code="CJ214-E0102")


def add(category, limits="4工作时", at=cast.START, **texts) -> FilingCondition:
    words = {"text": "容器外有生活垃圾", "closing_text": "清除", **texts}
    return add_condition(category=category, texts=words, limits=parse_limits(limits), at=at)


def test_a_case_keeps_the_rule_it_was_filed_under(category, people):
    old = add(category)
    walk = Walk(people, old)
    case = walk.to("filed")
    new = change_condition(condition=old, texts={}, limits=parse_limits("1工作时"), at=walk.at)
    walk.do("dispatch", "dispatcher", department="CGJ")
    assert case.condition == old
    assert Clock.objects.of(case).get(kind="handle").limit_value == 4
    assert (new.code, new.version, new.text) == (old.code, 2, old.text)


def test_versions_follow_each_other_without_gap_or_overlap(category):
    first = add(category)
    second = change_condition(condition=first, texts={"text": "另一说法"}, limits=parse_limits("4工作时"), at=AT)
    for moment, row in ((cast.START, first), (AT - timedelta(seconds=1), first), (AT, second), (LATER, second)):
        assert FilingCondition.objects.in_force(moment).get() == row


def test_the_same_again_is_no_new_version(category):
    row = add(category)
    same = change_condition(condition=row, texts={"text": row.text + " "}, limits=parse_limits("4小时"), at=AT)
    assert same == row
    assert not Event.objects.filter(kind="condition.changed").exists()


def test_a_change_tells_what_was_and_what_is(category):
    row = change_condition(condition=add(category), texts={}, limits=parse_limits("1天"), at=AT)
    event = Event.objects.get(kind="condition.changed", subject_id=row.pk)
    assert event.facts["before"] == {"limits": "4工作时"}
    assert event.facts["after"] == {"limits": "1工作日"}


def test_an_ended_version_cannot_be_changed_or_retired(category):
    row = add(category)
    retire_condition(condition=row, at=AT)
    assert not FilingCondition.objects.in_force(AT).exists()
    assert FilingCondition.objects.in_force(AT - timedelta(seconds=1)).get() == row
    with pytest.raises(Conflict, match="no longer in force"):
        retire_condition(condition=row, at=LATER)
    with pytest.raises(Conflict, match="no longer in force"):
        change_condition(condition=row, texts={}, limits=parse_limits("1天"), at=LATER)


def test_numbers_of_retired_conditions_are_not_given_again(category):
    first = add(category)
    retire_condition(condition=first, at=AT)
    assert add(category, text="另一条", at=AT).code == "CJ214-E0102-02"
    with pytest.raises(Conflict, match="already"):
        add_condition(
            category=category, texts={"text": "x", "closing_text": "y"}, limits=parse_limits("1天"), at=AT,
            code=first.code,
        )  # fmt: skip


def test_a_condition_says_when_to_close(category):
    with pytest.raises(Invalid) as refusal:
        add(category, closing_text=" ")
    assert list(refusal.value.fields) == ["closing_text"]


def test_a_retired_category_takes_no_new_conditions(category):
    category.retired_at = cast.START
    with pytest.raises(Conflict, match="retired"):
        add(category, at=AT)


def test_only_who_keeps_the_catalogue_may_write(category, people):
    row = add(category)
    with pytest.raises(NotAllowed):
        retire_condition(condition=row, at=AT, by=people["leader"])


def test_area_classes_have_their_own_limit_and_places_without_class_the_general_one(category):
    by_class = add(category, "A类1工作时；B类2工作时；C类3工作时")
    assert [by_class.limit_for(name, HOURS8).value for name in ("A", "B", "C", "")] == [1, 2, 3, 3]
    mixed = add(category, "5工作时；A类1工作时", text="另一条")
    assert [mixed.limit_for(name, HOURS8).value for name in ("A", "B", "")] == [1, 5, 5]


def test_the_last_stage_ends_the_work(category):
    row = add(category, "责令停建：4工作时；立案处罚：7工作日；拆除：20工作日")
    assert row.limit_for("A", HOURS8).words == "20 working days"
    assert [stage.stage_name for stage in row.stages_for("")] == ["责令停建", "立案处罚", "拆除"]


def test_the_database_keeps_one_version_in_force(category):
    row = add(category)
    with pytest.raises(IntegrityError), transaction.atomic():
        FilingCondition.objects.create(
            code=row.code, version=2, category=category, text="x", closing_text="y", valid_from=AT
        )


def test_a_cases_area_class_decides_its_limit(category, people, city):
    Grid.objects.filter(area=city[cast.GRIDS[0]]).update(area_class="A")
    walk = Walk(people, add(category, "A类1工作时；B类2工作时；C类3工作时"))
    case = walk.to("dispatched")
    assert Clock.objects.of(case).get(kind="handle").limit_value == 1


def test_limits_are_read_once_for_each_stamp(category, django_assert_num_queries):
    row = add(category)
    assert condition_limit(row.pk, "", HOURS8).value == 4
    with calendars.one_reading(), django_assert_num_queries(0):
        assert condition_limit(row.pk, "A", HOURS8).value == 4
    new = change_condition(condition=row, texts={}, limits=parse_limits("9工作时"), at=AT)
    assert condition_limit(new.pk, "", HOURS8).value == 9


def test_a_stage_has_the_stock_clock_until_the_city_sets_another(db):
    assert stage_limit("accept", HOURS8).words == "0.25 urgent hours"
    set_stage_limit(kind="accept", value=Decimal(2), unit="work_hour", at=AT)
    assert stage_limit("accept", HOURS8).words == "2 working hours"
    set_stage_limit(kind="accept", value=Decimal(3), unit="work_hour", at=AT)
    assert stage_limit("accept", HOURS8).value == 3
    assert StageLimit.objects.count() == 1


def test_clocks_of_a_stage_that_still_run_get_its_new_limit_with_a_record(category, people):
    case = Walk(people, add(category)).case
    before = Clock.objects.of(case).get(kind="accept")
    set_stage_limit(kind="accept", value=Decimal(1), unit="urgent_hour", at=AT, by=people["sysadmin"])
    after = Clock.objects.of(case).get(kind="accept")
    assert after.due_at == AT + timedelta(hours=1)
    event = Event.objects.get(kind="clock.recomputed", subject_type="cases.case", subject_id=case.pk)
    assert (event.facts["why"], event.facts["before"]["limit"], event.facts["after"]["limit"]) == ("limit", "0.25", "1")
    assert datetime.fromisoformat(event.facts["before"]["due_at"]) == before.due_at
    assert event.actor_id == people["sysadmin"].pk


@pytest.mark.parametrize(
    ("kind", "value", "unit"), [("lunch", 1, "work_hour"), ("file", 0, "work_hour"), ("file", 1, "x")]
)
def test_an_impossible_stage_limit_is_refused(db, kind, value, unit):
    with pytest.raises(Invalid):
        set_stage_limit(kind=kind, value=Decimal(value), unit=unit, at=AT)


def test_the_products_own_conditions_fit_both_standards(category):
    assert load_conditions(path=FIXTURES / "filing_conditions.csv", at=cast.START) >= 60
    rows = FilingCondition.objects.all()
    assert set(rows.values_list("category__standard__key", flat=True)) == {"CJ214", "GB30428", "LOCAL"}
    assert not rows.filter(text_en="").exists()
    assert not rows.filter(limits=None).exists()
    assert ConditionLimit.objects.filter(stage=3).exists()
    assert {"A", "B", "C", ""} == set(ConditionLimit.objects.values_list("area_class", flat=True))
    assert Category.objects.filter(self_handling=True).count() >= 5


# --- administration -------------------------------------------------------------------------------------------------


@pytest.fixture
def page(people):
    client = Client()
    client.force_login(people["sysadmin"])
    return client


def form(category, **more):
    blank = {"text_en": "", "closing_text_en": "", "supervising_body": "", "responsible_body": "", "legal_basis": "",
             "collection_requirement": ""}  # fmt: skip
    return {
        **blank,
        "category": category.pk,
        "text": "有垃圾",
        "closing_text": "清除",
        "limits": "A: 2工作时\nC: 1天",
        **more,
    }


def test_the_administration_adds_a_condition_with_its_limits(page, category):
    page.post(reverse("admin:cases_filingcondition_add"), form(category), headers={"Accept-Language": "en"})
    row = FilingCondition.objects.get()
    assert [str(limit) for limit in row.limits.order_by("area_class")] == ["2 working hours", "1 working days"]


def test_a_change_in_the_administration_is_a_new_version(page, category):
    row = add(category)
    where = reverse("admin:cases_filingcondition_change", args=[row.pk])
    assert "4工作时" in page.get(where).content.decode()
    page.post(where, form(category, text=row.text, limits="8工作时"))
    assert list(FilingCondition.objects.order_by("version").values_list("version", "limits__value")) == [(1, 4), (2, 8)]
    ended = page.get(where).content.decode()
    assert 'name="limits"' not in ended
    assert "4工作时" in ended


def test_a_limit_that_cannot_be_read_comes_back_with_the_reason(page, category):
    answer = page.post(reverse("admin:cases_filingcondition_add"), form(category, limits="马上"))
    assert "马上" in answer.content.decode()
    assert not FilingCondition.objects.exists()


def test_conditions_are_retired_by_an_action(page, category):
    row = add(category)
    where = reverse("admin:cases_filingcondition_changelist")
    page.post(where, {"action": "retire", "_selected_action": [row.pk], "confirmed": "1"})
    row.refresh_from_db()
    assert row.valid_to is not None
    assert page.get(where, {"state": "now"}).context["cl"].result_count == 0


def test_a_stage_limit_is_set_in_the_administration(page, db):
    page.post(reverse("admin:cases_stagelimit_add"), {"kind": "sign", "value": "4", "unit": "work_hour"})
    assert stage_limit("sign", HOURS8).value == 4
    assert Event.objects.filter(kind="stage_limit.set").count() == 1
