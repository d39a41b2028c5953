"""The national tables and a county's villages of two years."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridmap.areas.models import Area, AreaLink, Level
from gridmap.divisions.run import import_divisions
from tests.gridmap.import_run import LATER, NOON

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.django_db]
VILLAGES = "villages_350982_福鼎市_{}.csv"


@pytest.fixture
def codes(shared):
    """Where the tables are; the national ones are applied."""
    folder = shared / "data/codes"
    for name in ("modood_provinces.csv", "modood_cities.csv", "modood_areas.csv", "modood_streets.csv.gz"):
        result = import_divisions(path=folder / name, at=NOON, apply_it=True)
        assert result.applied
        assert result.report.about["seconds"] < 60
    return folder


def test_all_streets_of_the_country(codes):
    levels = {
        level: Area.objects.filter(level=level).count() for level in (Level.PROVINCE, Level.PREFECTURE, Level.STREET)
    }
    assert levels == {Level.PROVINCE: 31, Level.PREFECTURE: 342, Level.STREET: 41_352}
    assert Area.objects.filter(level=Level.STREET, parent__code="350982").count() == 17
    assert Area.objects.filter(level=Level.STREET, parent__code="4419", code__startswith="441900").exists()
    street = Area.objects.get(code="350982003")
    links = AreaLink.objects.filter(descendant=street).order_by("depth").values_list("ancestor__code", flat=True)
    assert list(links) == ["350982003", "350982", "3509", "35"]
    again = import_divisions(path=codes / "modood_streets.csv.gz", at=LATER).report.counts
    assert (again["unchanged"], again["added"], again["abolished"], again["moved"]) == (41_352, 0, 0, 0)


def test_a_countys_villages_from_2021_to_2023(codes):
    below = Area.objects.filter(level=Level.COMMUNITY, code__startswith="350982")
    import_divisions(path=codes / VILLAGES.format(2021), at=NOON, apply_it=True)
    assert below.in_force(NOON).count() == 286
    look = import_divisions(path=codes / VILLAGES.format(2023), at=LATER).report
    assert (look.counts["added"], look.counts["abolished"], look.counts["unchanged"]) == (4, 2, 284)
    [split], [rename] = look.of("split_proposed"), look.of("rename_proposed")
    assert [one["name"] for one in split.data["old"]] == ["镇西村委会"]
    assert [one["name"] for one in split.data["new"]] == [
        "镇边社区居民委员会",
        "西园社区居民委员会",
        "岙里社区居民委员会",
    ]
    assert (rename.data["old"][0]["name"], rename.data["new"][0]["name"]) == ("五里牌村委会", "五里牌社区居民委员会")
    assert below.in_force(LATER).count() == 286
    import_divisions(path=codes / VILLAGES.format(2023), at=LATER, apply_it=True, accept_renames=True)
    assert below.in_force(LATER + timedelta(seconds=1)).count() == 288
    assert below.in_force(LATER - timedelta(seconds=1)).count() == 286
    assert set(below.values_list("code_is_provisional", flat=True)) == {True}
