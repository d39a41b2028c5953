"""What an administrator writes about areas goes through the services and stands in the journal."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level, ResponsibilityGrid
from gridmap.posts.models import Post
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def sysadmin(people) -> Client:
    client = Client()
    client.force_login(people["sysadmin"])
    return client


def kinds() -> list[str]:
    return list(apps.get_model("cases.Event").objects.order_by("pk").values_list("kind", flat=True))


def last_event():
    return apps.get_model("cases.Event").objects.order_by("pk").last()


def form_of(area: Area, **changes) -> dict[str, str]:
    version = area.versions.filter(valid_to=None).first()
    data = {
        "level": area.level,
        "parent": str(area.parent_id or ""),
        "code": area.code,
        "name": area.name,
        "name_en": area.name_en,
        "kind": area.kind,
        "outline": version.geom.geojson if version else "",
        "population": version.population if version and version.population is not None else "",
        "households": version.households if version and version.households is not None else "",
    }
    return {name: str(value) for name, value in (data | changes).items()}


def save(client: Client, area: Area, **changes):
    return client.post(reverse("admin:gridmap_area_change", args=[area.pk]), form_of(area, **changes))


def test_a_new_area_is_linked_into_the_tree_and_in_the_journal(sysadmin, city, people):
    shape = cast.box(120.22, 27.33, 120.23, 27.34)
    answer = sysadmin.post(
        reverse("admin:gridmap_area_add"),
        {
            "level": Level.GRID, "parent": city[cast.EMPTY_COMMUNITY].pk, "code": "350982003902001", "name": "一网格",
            "outline": shape.geojson, "population": "120", "households": "40",
        },
    )  # fmt: skip
    area = Area.objects.get(code="350982003902001")
    assert answer.headers["Location"] == reverse("admin:gridmap_area_change", args=[area.pk])
    assert AreaLink.objects.filter(ancestor=city[cast.CITY], descendant=area, depth=3).exists()
    version = area.versions.get()
    assert (version.population, version.households) == (120, 40)
    assert version.area_m2 > 1_000_000
    assert kinds()[-2:] == ["area.added", "area.redrawn"]
    assert last_event().actor_id == people["sysadmin"].pk


def test_a_new_outline_begins_a_version_and_keeps_the_old_one(sysadmin, city):
    grid = city[cast.GRIDS[0]]
    shape = cast.box(120.20, 27.33, 120.205, 27.335)
    assert save(sysadmin, grid, outline=shape.geojson).status_code == 302
    old, new = grid.versions.order_by("number")
    assert old.valid_to == new.valid_from
    assert old.geom.equals_exact(cast.box(120.20, 27.33, 120.21, 27.34), 1e-9)
    assert new.geom.equals_exact(shape, 1e-9)
    assert kinds()[-1] == "area.redrawn"


def test_saving_without_a_change_writes_nothing(sysadmin, city):
    before = len(kinds())
    assert save(sysadmin, city[cast.GRIDS[0]]).status_code == 302
    assert len(kinds()) == before
    assert city[cast.GRIDS[0]].versions.count() == 1


def test_a_new_name_begins_a_version_of_the_same_shape(sysadmin, city):
    street = city[cast.OURS]
    save(sysadmin, street, name="山前新街道")
    old, new = street.versions.order_by("number")
    assert (old.name, new.name) == ("山前街道", "山前新街道")
    assert old.geom.equals_exact(new.geom)
    changed = apps.get_model("cases.Event").objects.get(kind="area.changed")
    assert changed.facts == {"before": {"name": "山前街道"}, "after": {"name": "山前新街道"}}


def test_an_english_name_alone_begins_no_version(sysadmin, city):
    save(sysadmin, city[cast.OURS], name_en="Shanqian")
    assert city[cast.OURS].versions.count() == 1
    assert kinds()[-1] == "area.changed"


def test_moving_an_area_moves_the_links(sysadmin, city):
    save(sysadmin, city[cast.COMMUNITY], parent=city[cast.THEIRS].pk)
    assert AreaLink.objects.filter(ancestor=city[cast.THEIRS], descendant=city[cast.GRIDS[0]]).exists()
    assert not AreaLink.objects.filter(ancestor=city[cast.OURS], descendant=city[cast.GRIDS[0]]).exists()
    assert kinds()[-1] == "area.moved"


def test_a_refusal_keeps_what_was_typed_and_changes_nothing(sysadmin, city):
    before = len(kinds())
    answer = save(sysadmin, city[cast.OURS], name="新名", parent=city[cast.THEIRS].pk)
    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert form["name"].value() == "新名"
    assert "parent" in form.errors
    assert len(kinds()) == before
    assert Area.objects.get(pk=city[cast.OURS].pk).name == "山前街道"


def test_a_code_in_use_is_refused_in_words(sysadmin, city):
    answer = save(sysadmin, city[cast.GRIDS[0]], code=cast.GRIDS[1])
    assert "code" in answer.context["adminform"].form.errors


def test_an_outline_that_crosses_itself_is_refused(sysadmin, city):
    bow = {"type": "MultiPolygon", "coordinates": [[[[120.20, 27.33], [120.21, 27.34], [120.21, 27.33], [120.20, 27.34],
                                                    [120.20, 27.33]]]]}  # fmt: skip
    answer = save(sysadmin, city[cast.GRIDS[0]], outline=json.dumps(bow))
    assert "outline" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("outline", ["no json", '{"type": "Point", "coordinates": [120.2, 27.3]}', '{"type":"MultiPol'])
def test_what_is_no_outline_is_refused(sysadmin, city, outline):
    answer = save(sysadmin, city[cast.GRIDS[0]], outline=outline)
    assert answer.status_code == 200
    assert "outline" in answer.context["adminform"].form.errors


def test_an_outline_in_force_cannot_be_wiped(sysadmin, city):
    answer = save(sysadmin, city[cast.GRIDS[0]], outline="")
    assert "outline" in answer.context["adminform"].form.errors
    assert AreaVersion.objects.filter(area=city[cast.GRIDS[0]], valid_to=None).exists()


def test_a_street_administrator_cannot_add_at_the_top(people, city):
    client = Client()
    client.force_login(cast.person("streetsys", Role.SYSADMIN, area=city[cast.OURS]))
    answer = client.post(
        reverse("admin:gridmap_area_add"), {"level": "street", "parent": "", "code": "999999999", "name": "新街道"}
    )
    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    assert not Area.objects.filter(code="999999999").exists()


def act(client: Client, page: str, action: str, *rows, **fields):
    return client.post(
        reverse(page), {"action": action, "_selected_action": [row.pk for row in rows], **fields}, follow=True
    )


def test_abolishing_asks_first_then_ends_the_area(sysadmin, city):
    grid = city[cast.GRIDS[1]]
    asked = act(sysadmin, "admin:gridmap_area_changelist", "abolish", grid)
    assert asked.templates[0].name == "admin/ask.html"
    grid.refresh_from_db()
    assert grid.abolished_at is None
    act(sysadmin, "admin:gridmap_area_changelist", "abolish", grid, confirmed="1")
    grid.refresh_from_db()
    assert grid.abolished_at is not None
    assert not grid.versions.filter(valid_to=None).exists()
    assert kinds()[-1] == "area.abolished"


@pytest.mark.parametrize("code", [cast.COMMUNITY, cast.GRIDS[0]])
def test_an_area_on_which_something_hangs_is_not_abolished(sysadmin, city, code):
    """The community has grids below it; the first grid has its worker's post."""
    answer = act(sysadmin, "admin:gridmap_area_changelist", "abolish", city[code], confirmed="1")
    city[code].refresh_from_db()
    assert city[code].abolished_at is None
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_members_of_a_responsibility_grid_come_and_go_with_their_times(sysadmin, city):
    grids = [city[code] for code in cast.GRIDS]
    add = reverse("admin:gridmap_responsibilitygrid_add")
    data = {"code": "R1", "name": "一号", "community": city[cast.COMMUNITY].pk}
    sysadmin.post(add, data | {"unit_grids": [grids[0].pk, grids[1].pk]})
    first = ResponsibilityGrid.objects.get(code="R1")
    sysadmin.post(add, data | {"code": "R2", "unit_grids": [grids[1].pk]})
    second = ResponsibilityGrid.objects.get(code="R2")
    present = {
        row.area.code: row.responsibility_grid for grid in (first, second) for row in grid.members.filter(ends_at=None)
    }
    assert present == {grids[0].code: first, grids[1].code: second}
    assert first.members.exclude(ends_at=None).get().area == grids[1]
    assert last_event().facts == {"joined": [grids[1].code], "left": []}


def test_a_unit_grid_of_another_community_does_not_join(sysadmin, city):
    answer = sysadmin.post(
        reverse("admin:gridmap_responsibilitygrid_add"),
        {"code": "R1", "name": "一号", "community": city[cast.COMMUNITY].pk, "unit_grids": [city[cast.THEIR_GRID].pk]},
    )
    assert answer.status_code == 200
    assert not ResponsibilityGrid.objects.exists()


def test_the_history_of_an_area_leads_to_the_journal(people, city):
    client = Client()
    client.force_login(people["auditor"])
    answer = client.get(reverse("admin:gridmap_area_history", args=[city[cast.OURS].pk]), follow=True)
    events = answer.context["cl"].queryset
    assert {(event.subject_type, event.subject_id) for event in events} == {("gridmap.area", str(city[cast.OURS].pk))}


def test_a_reader_sees_the_map_without_the_tools(people, city):
    client = Client()
    client.force_login(people["auditor"])
    text = client.get(reverse("admin:gridmap_area_change", args=[city[cast.OURS].pk])).content.decode()
    assert "data-cg-geometry" in text
    assert '"modifiable": false' in text


def test_a_post_of_an_abolished_grid_can_be_ended_first(people, city, sysadmin):
    Post.objects.filter(area=city[cast.GRIDS[0]]).update(ends_at=cast.START.replace(month=2))
    act(sysadmin, "admin:gridmap_area_changelist", "abolish", city[cast.GRIDS[0]], confirmed="1")
    city[cast.GRIDS[0]].refresh_from_db()
    assert city[cast.GRIDS[0]].abolished_at is not None
