"""Importing again: what is unchanged stays, what changed becomes a version, what is missing is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shapely.geometry import box

from cases.journal.models import Event
from gridmap.areas.models import Area, AreaLink, AreaVersion, Grid, GridKind, Level
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import LATER, NOON, look, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
FIRST, SECOND = f"{cast.EMPTY_COMMUNITY}001", f"{cast.EMPTY_COMMUNITY}002"


@pytest.fixture
def squares(tmp_path):
    def write(rows):
        return files.geojson(tmp_path / "grids.geojson", rows)

    return write


def test_a_look_writes_nothing(squares, city):
    result = look(squares(files.squares()))
    assert not result.applied
    assert result.report.counts["new"] == 2
    assert Area.objects.count() == len(city)


def test_the_same_file_again_changes_nothing(squares):
    path = squares(files.squares())
    run(path)
    before = list(AreaVersion.objects.order_by("pk").values())
    result = run(path, at=LATER)
    assert result.applied
    assert result.report.counts["unchanged"] == 2
    assert list(AreaVersion.objects.order_by("pk").values()) == before


def test_a_ring_that_begins_elsewhere_is_the_same_outline(squares):
    rows = files.squares()
    run(squares(rows))
    turned = [(row, type(shape)([*shape.exterior.coords[2:], *shape.exterior.coords[1:3]])) for row, shape in rows]
    assert run(squares(turned), at=LATER).report.counts["changed"] == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda row, shape: (row, box(120.22, 27.33, 120.2299, 27.35)),
        lambda row, shape: ({**row, "网格名称": "新名"}, shape),
        lambda row, shape: ({**row, "人口数量": 812}, shape),
    ],
)
def test_a_change_begins_a_new_version_and_keeps_the_old(squares, change):
    rows = files.squares()
    run(squares(rows))
    result = run(squares([change(*rows[0]), rows[1]]), at=LATER)
    assert (result.report.counts["changed"], result.report.counts["unchanged"]) == (1, 1)
    old, new = AreaVersion.objects.filter(area__code=FIRST).order_by("number")
    assert (old.number, old.valid_from, old.valid_to) == (1, NOON, LATER)
    assert (new.number, new.valid_from, new.valid_to) == (2, LATER, None)
    assert new.name == Area.objects.get(code=FIRST).name
    assert AreaVersion.objects.get(area__code=SECOND).valid_to is None


def test_a_change_may_not_begin_before_the_last_one(squares):
    rows = files.squares()
    run(squares(rows))
    result = run(squares([({**rows[0][0], "网格名称": "x"}, rows[0][1]), rows[1]]), at=NOON - timedelta(days=1))
    assert not result.applied
    assert AreaVersion.objects.get(area__code=FIRST).valid_to is None


def test_what_is_missing_is_told_and_ended_only_on_demand(squares):
    run(squares(files.squares()))
    result = run(squares(files.squares(1)), at=LATER)
    assert result.report.of("missing")[0].data["codes"] == [SECOND]
    assert Area.objects.get(code=SECOND).abolished_at is None
    result = run(squares(files.squares(1)), at=LATER, retire_missing=True)
    assert result.report.counts["retired"] == 1
    assert Area.objects.get(code=SECOND).abolished_at == LATER
    assert AreaVersion.objects.get(area__code=SECOND).valid_to == LATER
    assert Area.objects.get(code=cast.GRIDS[0]).abolished_at is None  # of a community that the file does not name


def test_an_area_in_use_is_not_retired(squares, people):
    rows = [
        ({"code": code, "name": code}, box(120.20 + n / 100, 27.33, 120.21 + n / 100, 27.34))
        for n, code in enumerate(cast.GRIDS[1:3])
    ]
    result = run(squares(rows), retire_missing=True, at=LATER)
    assert not result.applied
    assert [one.data["code"] for one in result.report.of("in_use")] == [cast.GRIDS[0]]  # gw's post
    assert Area.objects.get(code=cast.GRIDS[3]).abolished_at is None


def test_a_code_that_was_abolished_is_never_given_again(squares):
    run(squares(files.squares()))
    run(squares(files.squares(1)), at=LATER, retire_missing=True)
    result = run(squares(files.squares()), at=LATER + timedelta(days=1))
    assert not result.applied
    assert [one.data["code"] for one in result.report.of("code_taken")] == [SECOND]


def test_an_area_without_outline_gets_one(squares, city):
    area = box(120.1, 27.2, 120.3, 27.4)
    result = run(squares([({"code": "3509", "name": "宁德市"}, area)]), Level.PREFECTURE)
    assert result.report.counts["changed"] == 1
    assert AreaVersion.objects.get(area=city["3509"]).number == 1


def test_a_grid_that_changes_community_moves_with_its_links(squares):
    rows = [({**row, "社区编号": ""}, shape) for row, shape in files.squares()]
    run(squares(rows))
    rows[0][0]["社区名称"] = "石亭社区"
    rows[1][0]["社区名称"] = "无网格社区"
    result = run(squares(rows), at=LATER)
    assert result.report.counts["moved"] == 1
    assert Area.objects.filter(code=FIRST, parent__code=cast.COMMUNITY).exists()
    assert AreaLink.objects.filter(descendant__code=FIRST, ancestor__code=cast.COMMUNITY, depth=1).exists()
    assert not AreaLink.objects.filter(descendant__code=FIRST, ancestor__code=cast.EMPTY_COMMUNITY).exists()
    assert AreaVersion.objects.filter(area__code=FIRST).count() == 1


def test_dedicated_grids_are_told_by_category_or_code(squares):
    (one, shape), (two, other) = files.squares()
    rows = [({**one, "网格编码": FIRST + "Z", "网格类别": ""}, shape), ({**two, "网格类别": "Z"}, other)]
    run(squares(rows))
    assert set(Grid.objects.filter(area__parent__code=cast.EMPTY_COMMUNITY).values_list("kind", flat=True)) == {
        GridKind.DEDICATED
    }
    rows[1][0]["网格类别"] = "基础网格"
    run(squares(rows), at=LATER)
    assert Grid.objects.get(area__code=SECOND).kind == GridKind.BASIC


def test_one_fact_names_the_file_and_every_code(squares):
    run(squares(files.squares()))
    fact = Event.objects.get(kind="areas.imported")
    assert fact.subject_text == "grids.geojson"
    assert fact.facts["new"] == [FIRST, SECOND]
    assert fact.facts["counts"]["new"] == 2
    assert len(fact.facts["sha256"]) == 64
