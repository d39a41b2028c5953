"""The registers: what is written, who may, what is masked, what a reveal leaves behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.gis.geos import Point
from django.core.exceptions import FieldError
from django.db import connection

from cases.journal.models import Event
from citygrid.common import crypto
from citygrid.common.errors import Invalid, NotAllowed, NotFound
from gridmap.areas.models import Area
from gridmap.objects.models import Building, KeyPlace, KeyPlaceKind
from gridmap.registers.models import Household, Person, Unit
from gridmap.registers.reveal import find, reveal
from gridmap.registers.services import save_household, save_person, save_unit
from tests import cast
from tests.gridmap.register_cast import NAMES, NUMBERS, PHONES, UNIT_PHONE, build_registers, number

pytestmark = pytest.mark.django_db
MINE, BESIDE, THEIRS = cast.GRIDS[0], cast.GRIDS[1], cast.THEIR_GRID
PURPOSE = "calling back about the burst pipe"


@pytest.fixture
def rows(people):
    return build_registers()


def raw(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def journal_text():
    return "\n".join(str(vars(event)) for event in Event.objects.all())


@pytest.mark.parametrize(
    ("table", "column", "plain"),
    [
        ("gridmap_person", "identity_number", list(NUMBERS.values())),
        ("gridmap_person", "phone", list(PHONES.values())),
        ("gridmap_unit", "contact_phone", [UNIT_PHONE] * 3),
    ],
)
def test_personal_numbers_are_not_readable_in_the_database(rows, table, column, plain):
    stored = raw(table, column)
    assert len(stored) == 3
    assert not any(value in text for value in plain for text in stored)
    assert [crypto.decrypt(text) for text in stored] == plain


def test_a_new_key_in_front_reads_and_finds_what_the_old_one_wrote(rows, settings):
    before = raw("gridmap_person", "phone")[0]
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["a new key", *old]
    person = Person.objects.with_phone(PHONES[MINE]).get()
    assert (person.phone, person.identity_number) == (PHONES[MINE], NUMBERS[MINE])
    person.save()
    after = raw("gridmap_person", "phone")[0]
    settings.FIELD_KEYS = ["a new key"]
    assert crypto.decrypt(after) == PHONES[MINE]
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        crypto.decrypt(before)


def test_an_encrypted_column_cannot_be_searched_by_mistake(rows):
    with pytest.raises(FieldError, match="encrypted"):
        Person.objects.filter(phone=PHONES[MINE]).exists()


def test_a_person_is_found_by_a_whole_number_in_ones_own_area_alone(rows, people):
    own = Person.objects.visible_to(people["gw"])
    assert own.with_phone(PHONES[MINE]).get() == own.with_identity_number(NUMBERS[MINE]).get() == rows[f"person {MINE}"]
    assert not own.with_phone(PHONES[BESIDE]).exists()
    assert not own.with_phone(PHONES[MINE][:-1]).exists()
    assert not own.with_phone("").exists()


def test_the_digest_follows_the_number_however_the_row_is_saved(rows):
    person = rows[f"person {MINE}"]
    person.phone = "19900009999"
    person.save(update_fields=["phone"])
    assert Person.objects.with_phone("19900009999").get() == person
    assert not Person.objects.with_phone(PHONES[MINE]).exists()


def test_numbers_are_tidied_before_they_are_stored(rows):
    home = rows[f"household {MINE}"]
    person = save_person(at=cast.START, household=home, name=" 李空格 ", phone="+86 199-0000-4444", identity_number=" ")
    person.refresh_from_db()
    assert (person.name, person.phone, person.identity_number) == ("李空格", "19900004444", "")


def test_wrong_numbers_are_refused_field_by_field(rows):
    with pytest.raises(Invalid) as refusal:
        save_person(at=cast.START, household=rows[f"household {MINE}"], name="李", phone="12", identity_number="34")
    assert set(refusal.value.fields) == {"phone", "identity_number"}
    with pytest.raises(Invalid) as refusal:
        save_unit(at=cast.START, area=rows[f"unit {MINE}"].area, name="店", credit_code="1", contact_phone="2")
    assert set(refusal.value.fields) == {"credit_code", "contact_phone"}
    with pytest.raises(Invalid) as refusal:
        save_person(at=cast.START, household=rows[f"household {MINE}"], name="")
    assert set(refusal.value.fields) == {"name"}


def test_what_is_not_given_stays_as_it_was(rows, people):
    person = rows[f"person {MINE}"]
    changed = save_person(at=cast.START, by=people["gw"], person=person, moved_out_on=date(2026, 2, 1))
    assert (changed.phone, changed.name) == (PHONES[MINE], NAMES[MINE])
    assert not Person.objects.living_here().filter(pk=person.pk).exists()


def test_an_unchanged_row_leaves_no_trace(rows, people):
    before = Event.objects.count()
    save_person(at=cast.START, by=people["gw"], person=rows[f"person {MINE}"], phone=PHONES[MINE])
    assert Event.objects.count() == before


def test_a_column_that_does_not_exist_is_a_mistake_of_the_caller(rows):
    with pytest.raises(TypeError, match="shoe_size"):
        save_person(at=cast.START, person=rows[f"person {MINE}"], shoe_size=42)


def test_a_building_of_another_grid_is_refused(rows, city):
    building = Building.objects.create(code="B1", area=city[BESIDE], geom=Point(120.215, 27.335))
    with pytest.raises(Invalid) as refusal:
        save_household(at=cast.START, area=city[MINE], door="1", tenure="own", building=building)
    assert set(refusal.value.fields) == {"building"}


@pytest.mark.parametrize("who", ["street", "auditor", "sysadmin", "clerk", "stranger_gw"])
def test_only_who_may_edit_there_writes(rows, people, who):
    with pytest.raises(NotAllowed):
        save_person(at=cast.START, by=people[who], household=rows[f"household {MINE}"], name="李")
    with pytest.raises(NotAllowed):
        save_unit(at=cast.START, by=people[who], unit=rows[f"unit {MINE}"], name="店")


def test_nobody_moves_a_row_into_an_area_that_is_not_theirs(rows, people, city):
    with pytest.raises(NotAllowed):
        save_household(at=cast.START, by=people["gw"], household=rows[f"household {MINE}"], area=city[BESIDE])
    with pytest.raises(NotAllowed):
        save_household(at=cast.START, by=people["gw"], household=rows[f"household {BESIDE}"], area=city[MINE])


@pytest.mark.parametrize("field", ["name", "identity_number", "phone"])
def test_a_reveal_returns_the_value_and_journals_who_and_why_but_not_what(rows, people, field):
    person = rows[f"person {MINE}"]
    value = reveal(row=person, field=field, by=people["gw"], purpose=f"  {PURPOSE} ", at=cast.START)
    assert value == {"name": NAMES, "identity_number": NUMBERS, "phone": PHONES}[field][MINE]
    event = Event.objects.of(person).get(kind="register.revealed")
    assert event.facts == {"field": field, "purpose": PURPOSE}
    assert event.actor_id == people["gw"].pk
    assert value not in journal_text()


def test_units_and_key_places_are_revealed_too(rows, people, city):
    place = KeyPlace.objects.create(
        name="示例学校", kind=KeyPlaceKind.SCHOOL, area=city[MINE], geom=Point(120.205, 27.335),
        contact_name="周校长", contact_phone="19900005555",
    )  # fmt: skip
    gw = people["gw"]
    assert reveal(row=place, field="contact_phone", by=gw, purpose=PURPOSE, at=cast.START) == "19900005555"
    assert reveal(row=rows[f"unit {MINE}"], field="contact_phone", by=gw, purpose=PURPOSE, at=cast.START) == UNIT_PHONE


@pytest.mark.parametrize("purpose", ["", "   ", "abc", "x" * 201])
def test_a_reveal_needs_a_purpose(rows, people, purpose):
    before = Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        reveal(row=rows[f"person {MINE}"], field="phone", by=people["gw"], purpose=purpose, at=cast.START)
    assert "purpose" in refusal.value.fields
    assert Event.objects.count() == before


def test_a_number_written_into_the_purpose_is_hidden(rows, people):
    purpose = f"is it {PHONES[MINE]} or {NUMBERS[MINE]}?"
    reveal(row=rows[f"person {MINE}"], field="phone", by=people["gw"], purpose=purpose, at=cast.START)
    assert PHONES[MINE] not in journal_text()
    assert NUMBERS[MINE] not in journal_text()


def test_there_is_nothing_to_reveal_in_an_empty_field(rows, people):
    person = save_person(at=cast.START, household=rows[f"household {MINE}"], name="李")
    with pytest.raises(Invalid, match="empty"):
        reveal(row=person, field="phone", by=people["gw"], purpose=PURPOSE, at=cast.START)


@pytest.mark.parametrize("who", ["stranger_gw", "stranger_street", "auditor", "sysadmin", "operator"])
def test_to_strangers_and_those_without_the_right_to_look_a_row_does_not_exist(rows, people, who):
    with pytest.raises(NotFound):
        reveal(row=rows[f"person {MINE}"], field="phone", by=people[who], purpose=PURPOSE, at=cast.START)


def test_who_may_look_but_not_reveal_is_told_so(rows, people):
    with pytest.raises(NotAllowed):
        reveal(row=rows[f"person {MINE}"], field="phone", by=people["street"], purpose=PURPOSE, at=cast.START)


@pytest.mark.parametrize("field", ["phone_digest", "household_id", "nonsense", "pk"])
def test_other_columns_cannot_be_asked_for(rows, people, field):
    with pytest.raises(NotFound):
        find(model=Person, pk=rows[f"person {MINE}"].pk, field=field, by=people["gw"], at=cast.START)


@pytest.mark.django_db(transaction=True)
def test_the_value_does_not_leave_before_its_record_is_safe(rows, people):
    from django.db import transaction

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        reveal(row=rows[f"person {MINE}"], field="phone", by=people["gw"], purpose=PURPOSE, at=cast.START)


def test_neither_names_nor_numbers_nor_doors_stand_in_the_journal(rows, people):
    save_person(at=cast.START, by=people["gw"], person=rows[f"person {MINE}"], name="欧阳改名", phone="19900006666")
    text = journal_text()
    for secret in [*NAMES.values(), *PHONES.values(), *NUMBERS.values(), UNIT_PHONE, "改名", "19900006666", "101'"]:
        assert secret not in text
    assert Event.objects.filter(kind="person.changed").get().facts == {"columns": ["name", "phone"]}


def test_the_administration_page_checks_and_records_like_everybody_else(rows):
    page: Any = admin.site._registry[Person]
    person = rows[f"person {MINE}"]
    form = page.form({"household": person.household_id, "name": NAMES[MINE], "phone": "199 0000 7777"}, instance=person)
    assert form.is_valid(), form.errors
    stored = Person.objects.get(pk=person.pk)
    kept = page.write(form.save(commit=False), stored=stored, form=form, by=None, at=cast.START)
    assert (kept.phone, kept.identity_number) == ("19900007777", NUMBERS[MINE])
    assert Person.objects.with_phone("19900007777").get() == person
    assert Event.objects.get(kind="person.changed").facts == {"columns": ["phone"]}


def test_a_person_calls_itself_by_a_masked_name(rows):
    assert str(rows[f"person {MINE}"]) == "欧阳**"
    assert NAMES[MINE] not in repr(rows[f"person {MINE}"])


@pytest.mark.parametrize("model", [Household, Person, Unit])
def test_who_sees_registers_sees_those_of_the_own_area(rows, people, model):
    seen = {name: model.objects.visible_to(user).count() for name, user in people.items()}
    own = {"gw": 1, "street": 2, "streetlead": 2, "stranger_gw": 1, "stranger_street": 1}
    assert {name: count for name, count in seen.items() if count} == own


def test_every_area_of_a_row_is_the_one_rights_are_judged_by(rows):
    assert rows[f"person {MINE}"].scope_area_id == Area.objects.get(code=MINE).pk
    assert number(1) == NUMBERS[MINE]
