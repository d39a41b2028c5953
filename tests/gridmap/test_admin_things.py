"""What administrators write about departments, posts, objects and categories, and the proof of the journal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.journal import guards
from citygrid.accounts.roles import Role
from gridmap.departments.models import Department
from gridmap.objects.models import Building, Component, KeyPlace
from gridmap.posts.models import Post
from gridmap.registers.models import Household, Person
from tests import cast

pytestmark = pytest.mark.django_db
INSIDE = '{"type": "Point", "coordinates": [120.205, 27.335]}'
OUTSIDE = '{"type": "Point", "coordinates": [120.235, 27.335]}'


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def events():
    return apps.get_model("cases.Event").objects.order_by("pk")


def act(client: Client, model: str, action: str, *rows, **fields):
    return client.post(
        reverse(f"admin:{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1", **fields},
        follow=True,
    )


def test_departments_are_added_changed_and_closed_by_the_services(people, city):
    client = as_(people["sysadmin"])
    data = {"code": "SLJ", "name": "水利局", "kind": "bureau", "area_served": city[cast.CITY].pk}
    client.post(reverse("admin:gridmap_department_add"), data)
    bureau = Department.objects.get(code="SLJ")
    client.post(reverse("admin:gridmap_department_change", args=[bureau.pk]), data | {"phone": "0593-1"})
    act(client, "gridmap_department", "close", bureau)
    bureau.refresh_from_db()
    assert bureau.phone == "0593-1"
    assert bureau.closed_at is not None
    assert list(events().filter(kind__startswith="department.").values_list("kind", flat=True)) == [
        "department.added", "department.changed", "department.closed",
    ]  # fmt: skip


def test_a_department_with_posts_is_not_closed_and_the_reason_is_told(people, departments):
    answer = act(as_(people["sysadmin"]), "gridmap_department", "close", departments["CGJ"])
    departments["CGJ"].refresh_from_db()
    assert departments["CGJ"].closed_at is None
    assert "城市管理局" in str(next(iter(answer.context["messages"])))


def test_posts_are_given_and_ended_by_the_security_administrator(people, departments):
    client = as_(people["secadmin"])
    answer = client.post(
        reverse("admin:gridmap_post_add"),
        {"user": people["handler"].pk, "role": Role.DEPT_CLERK, "department": departments["ZJJ"].pk},
    )
    post = Post.objects.get(user=people["handler"], role=Role.DEPT_CLERK)
    assert answer.status_code == 302
    assert abs(post.starts_at - timezone.now()) < timedelta(minutes=1)
    act(client, "gridmap_post", "end", post)
    assert not Post.objects.in_force(timezone.now()).filter(user=people["handler"], role=Role.DEPT_CLERK).exists()
    assert list(events().filter(kind__startswith="post.").values_list("kind", flat=True)) == [
        "post.granted", "post.ended",
    ]  # fmt: skip


def test_a_post_that_does_not_fit_is_refused_on_the_form(people, city):
    answer = as_(people["secadmin"]).post(
        reverse("admin:gridmap_post_add"),
        {"user": people["handler"].pk, "role": Role.HANDLER, "area": city[cast.OURS].pk},
    )
    form = answer.context["adminform"].form
    assert form.non_field_errors()
    assert form["role"].value() == Role.HANDLER


def test_a_hand_over_gives_every_post_to_the_successor(people, departments):
    client = as_(people["secadmin"])
    successor = cast.person("newclerk", Role.HANDLER, department=departments["ZJJ"])
    post = Post.objects.get(user=people["clerk"])
    asked = client.post(
        reverse("admin:gridmap_post_changelist"), {"action": "hand_over", "_selected_action": [post.pk]}
    )
    assert "successor" in asked.context["form"].fields
    act(client, "gridmap_post", "hand_over", post, successor=successor.pk, close="on")
    people["clerk"].refresh_from_db()
    assert not people["clerk"].is_active
    assert Post.objects.in_force(timezone.now()).filter(user=successor, role=Role.DEPT_CLERK).exists()


def test_a_hand_over_without_successor_asks_again(people):
    post = Post.objects.get(user=people["clerk"])
    answer = act(as_(people["secadmin"]), "gridmap_post", "hand_over", post)
    assert "successor" in answer.context["form"].errors
    assert Post.objects.get(pk=post.pk).ends_at is None


def test_the_system_administrator_gives_no_posts(people):
    post = Post.objects.get(user=people["clerk"])
    act(as_(people["sysadmin"]), "gridmap_post", "end", post)
    assert Post.objects.get(pk=post.pk).ends_at is None


def component(city) -> Component:
    return Component.objects.create(
        code="3509820101000001", name="井盖", area=city[cast.GRIDS[0]], geom=Point(120.205, 27.335, srid=4326),
        recorded_on=date(2026, 1, 1),
    )  # fmt: skip


def component_form(thing: Component, **changes) -> dict[str, str]:
    data = {
        "name": thing.name, "standard": thing.standard, "area": thing.area_id, "geom": thing.geom.geojson,
        "state": thing.state, "recorded_on": "2026-01-01",
    }  # fmt: skip
    return {name: str(value) for name, value in (data | changes).items()}


def test_a_component_is_added_where_it_stands(people, city):
    client = as_(people["sysadmin"])
    data = {
        "code": "3509820102000001", "name": "路灯", "standard": "CJ/T 214-2007", "area": city[cast.GRIDS[0]].pk,
        "state": "intact", "recorded_on": "2026-05-01",
    }  # fmt: skip
    refused = client.post(reverse("admin:gridmap_component_add"), data | {"geom": OUTSIDE})
    assert "geom" in refused.context["adminform"].form.errors
    assert client.post(reverse("admin:gridmap_component_add"), data | {"geom": INSIDE}).status_code == 302
    assert Component.objects.get().geom.x == pytest.approx(120.205)
    assert events().last().kind == "component.added"


def test_a_new_state_and_a_new_note_of_a_component_are_two_facts(people, city):
    thing = component(city)
    as_(people["sysadmin"]).post(
        reverse("admin:gridmap_component_change", args=[thing.pk]),
        component_form(thing, state="damaged", note="裂了"),
    )
    thing.refresh_from_db()
    assert (thing.state, thing.note) == ("damaged", "裂了")
    assert thing.changed_on is not None
    assert list(events().values_list("kind", flat=True))[-2:] == ["component.state_changed", "component.changed"]
    assert events().last().facts == {"before": {"note": ""}, "after": {"note": "裂了"}}


def test_a_component_is_not_moved_out_of_its_grid(people, city):
    thing = component(city)
    answer = as_(people["sysadmin"]).post(
        reverse("admin:gridmap_component_change", args=[thing.pk]), component_form(thing, geom=OUTSIDE)
    )
    assert "geom" in answer.context["adminform"].form.errors


def test_a_contacts_phone_can_be_written_but_not_read(people, city):
    client = as_(people["sysadmin"])
    data = {
        "name": "小学", "kind": "school", "area": city[cast.GRIDS[0]].pk, "geom": INSIDE, "risk_grade": "1",
        "contact_phone": "13800001234",
    }  # fmt: skip
    client.post(reverse("admin:gridmap_keyplace_add"), data)
    place = KeyPlace.objects.get()
    page = reverse("admin:gridmap_keyplace_change", args=[place.pk])
    assert place.contact_phone == "13800001234"
    assert "13800001234" not in client.get(page).content.decode()
    client.post(page, data | {"name": "中学", "contact_phone": ""})
    place.refresh_from_db()
    assert (place.name, place.contact_phone) == ("中学", "13800001234")
    client.post(page, data | {"name": "中学", "contact_phone": "13900001234"})
    assert "1390000" not in str(events().last().facts)


def test_a_building_is_added_with_its_place(people, city):
    as_(people["sysadmin"]).post(
        reverse("admin:gridmap_building_add"), {"code": "B1", "area": city[cast.GRIDS[0]].pk, "geom": INSIDE}
    )
    assert Building.objects.get().area == city[cast.GRIDS[0]]
    assert events().last().kind == "building.added"


def test_registers_are_masked_even_for_somebody_who_may_read_them(people, city):
    """Nobody holds both rights by the table of roles; the pages must be right even if a city changes that table."""
    reader = people["auditor"]
    Post.objects.create(user=reader, role=Role.GRID_WORKER, area=city[cast.GRIDS[0]], starts_at=cast.START)
    household = Household.objects.create(area=city[cast.GRIDS[0]], door="101", tenure="own")
    row = Person.objects.create(
        household=household, name="张三丰", identity_number="35098219900101123X", phone="13800005678"
    )
    client = as_(reader)
    shown = client.get(reverse("admin:gridmap_person_changelist")).content.decode()
    assert "350982********123X" in shown
    assert "138****5678" in shown
    assert "张**" in shown
    single = client.get(reverse("admin:gridmap_person_change", args=[row.pk])).content.decode()
    assert "35098219900101123X" not in single
    assert "13800005678" not in single


def test_a_person_of_the_register_is_changed_by_the_service_and_the_journal_keeps_no_number(people, city):
    keeper = people["auditor"]
    Post.objects.create(user=keeper, role=Role.GRID_WORKER, area=city[cast.GRIDS[0]], starts_at=cast.START)
    household = Household.objects.create(area=city[cast.GRIDS[0]], door="101", tenure="own")
    row = Person.objects.create(household=household, name="张三丰", phone="13800005678")
    page = reverse("admin:gridmap_person_change", args=[row.pk])
    data = {"household": household.pk, "name": "张三丰", "relation": "本人"}
    as_(keeper).post(page, data | {"phone": ""})
    row.refresh_from_db()
    assert (row.relation, row.phone) == ("本人", "13800005678")
    as_(keeper).post(page, data | {"phone": "13900001234"})
    row.refresh_from_db()
    assert row.phone == "13900001234"
    assert events().last().kind == "person.changed"
    assert "1390000" not in str(list(events().values_list("facts", flat=True)))
    refused = as_(keeper).post(page, data | {"phone": "12"})
    assert "phone" in refused.context["adminform"].form.errors


def test_a_category_keeps_its_code_and_is_retired_once(people):
    client = as_(people["sysadmin"])
    standard = apps.get_model("cases.CategoryStandard").objects.create(code="S", key="S", name="S")
    data = {
        "standard": standard.pk, "kind": "event", "major_code": "01", "major_name": "市容", "minor_code": "01",
        "name": "乱堆",
    }  # fmt: skip
    client.post(reverse("admin:cases_category_add"), data)
    category = apps.get_model("cases.Category").objects.get()
    client.post(
        reverse("admin:cases_category_change", args=[category.pk]), data | {"name": "乱堆物料", "minor_code": "77"}
    )
    act(client, "cases_category", "retire", category)
    again = act(client, "cases_category", "retire", category)
    category.refresh_from_db()
    assert (category.name, category.minor_code) == ("乱堆物料", "01")
    assert category.retired_at is not None
    assert [message.level_tag for message in again.context["messages"]] == ["error"]
    assert list(events().filter(kind__startswith="category").values_list("kind", flat=True)) == [
        "category.added", "category.changed", "category.retired",
    ]  # fmt: skip


def test_the_auditor_verifies_the_journal_on_a_page(people, departments):
    answer = as_(people["auditor"]).post(reverse("admin:journal_verify"))
    assert answer.status_code == 200
    assert answer.context["faults"] == []
    assert answer.context["run"].events == events().count() > 0


def test_a_journal_without_its_guards_is_told(people):
    guards.remove(connection)
    answer = as_(people["auditor"]).post(reverse("admin:journal_verify"))
    assert "unguarded" in {fault.what for fault in answer.context["faults"]}


@pytest.mark.parametrize(("who", "status"), [("sysadmin", 403), ("secadmin", 403), ("clerk", 302)])
def test_nobody_else_verifies(people, who, status):
    assert as_(people[who]).post(reverse("admin:journal_verify")).status_code == status


def test_looking_is_not_verifying(people):
    assert as_(people["auditor"]).get(reverse("admin:journal_verify")).status_code == 405
