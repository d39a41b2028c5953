"""Code tables: what would change is told first, and only what codes or equal names prove is applied."""

from __future__ import annotations

import gzip
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.journal.models import Event
from citygrid.common.errors import Invalid
from gridmap.areas.models import Area, AreaLink, AreaVersion, Level
from gridmap.areas.tree import add_area
from gridmap.divisions.proposals import stem
from gridmap.divisions.run import import_divisions
from tests import cast
from tests.gridmap.import_run import LATER, NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
VILLAGES = "year,area_code,area_name,town_code12,town_name,order_in_town,village_name,urban_rural_class,full_path"
STREETS = "code,name,areaCode,provinceCode,cityCode"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def table(tmp_path):
    def write(head, *lines, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        content = "\n".join([head, *lines]).encode(encoding)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def villages(town: str, town_name: str, *names: str, year: int = 2023) -> list[str]:
    return [f"{year},350982,福鼎市,{town}000,{town_name},{n},{name},," for n, name in enumerate(names, start=1)]


def streets(*pairs: str) -> list[str]:
    return [f'{pair.split()[0]},"{pair.split()[1]}",{pair[:6]},{pair[:2]},{pair[:4]}' for pair in pairs]


BOTH = ("350982001 桐山街道", "350982003 山前街道")


def apply(path, at=NOON, **more):
    return import_divisions(path=path, at=at, apply_it=True, **more)


def entries(report, kind: str) -> list[str]:
    return [entry for one in report.of(kind) for entry in one.data["entries"]]


def test_nothing_is_applied_without_being_asked(table, city):
    path = table(STREETS, *streets(*BOTH, "350982100 贯岭镇"))
    result = import_divisions(path=path, at=NOON)
    assert not result.applied
    assert entries(result.report, "added") == ["350982100 贯岭镇"]
    assert Area.objects.count() == len(city)
    assert not Event.objects.filter(kind="divisions.imported").exists()


@pytest.mark.parametrize(
    ("name", "encoding"), [("a.csv", "utf-8"), ("a.csv", "utf-8-sig"), ("a.csv", "gb18030"), ("a.csv.gz", "utf-8")]
)
def test_additions_stand_in_the_tree(table, name, encoding):
    apply(table(STREETS, *streets(*BOTH, "350982100 贯岭镇"), name=name, encoding=encoding))
    area = Area.objects.get(code="350982100")
    assert (area.name, area.level, area.kind, area.code_is_provisional) == ("贯岭镇", Level.STREET, "town", False)
    above = AreaLink.objects.filter(descendant=area).order_by("depth").values_list("ancestor__code", "depth")
    assert list(above) == [("350982100", 0), (cast.CITY, 1), ("3509", 2), ("35", 3)]


def test_the_same_table_again_changes_nothing(table):
    path = table(STREETS, *streets(*BOTH, "350982100 贯岭镇"))
    apply(path)
    counts = apply(path, LATER).report.counts
    assert counts["unchanged"] == 3
    assert sum(counts[name] for name in ("added", "renamed", "recoded", "moved", "abolished")) == 0


def test_the_same_code_with_a_new_name_is_a_rename_and_begins_a_version(table):
    result = apply(table(STREETS, *streets(BOTH[0], "350982003 山前新街道")))
    assert entries(result.report, "renamed") == ["350982003 山前街道 → 山前新街道"]
    assert Area.objects.get(code=cast.OURS).name == "山前新街道"
    old, new = AreaVersion.objects.filter(area__code=cast.OURS).order_by("number")
    assert (old.name, old.valid_to, new.name, new.valid_from) == ("山前街道", NOON, "山前新街道", NOON)
    assert old.geom.equals(new.geom)


def test_what_the_table_lacks_is_abolished_unless_something_hangs_on_it(table):
    apply(table(STREETS, *streets(*BOTH, "350982100 贯岭镇")))
    path = table(STREETS, *streets(BOTH[0]))
    result = apply(path, LATER)
    assert entries(result.report, "abolished") == ["350982100 贯岭镇"]
    assert Area.objects.get(code="350982100").abolished_at == LATER
    assert result.report.of("kept")[0].data["codes"] == [cast.OURS]
    assert Area.objects.get(code=cast.OURS).abolished_at is None


def test_nothing_is_abolished_when_so_asked(table):
    apply(table(STREETS, *streets(*BOTH, "350982100 贯岭镇")))
    apply(table(STREETS, *streets(*BOTH)), LATER, keep_missing=True)
    assert Area.objects.get(code="350982100").abolished_at is None


def test_an_official_code_takes_the_place_of_a_local_one(table, city):
    add_area(
        code=f"{cast.CITY}901", name="贯岭镇", level=Level.STREET, parent=city[cast.CITY], at=cast.START,
        code_is_provisional=True,
    )  # fmt: skip
    result = apply(table(STREETS, *streets(*BOTH, "350982100 贯岭镇")))
    assert entries(result.report, "recoded") == [f"{cast.CITY}901 贯岭镇 → 350982100"]
    area = Area.objects.get(name="贯岭镇")
    assert (area.code, area.code_is_provisional) == ("350982100", False)


def test_a_street_that_belongs_elsewhere_now_moves(table, city):
    add_area(code="350981", name="福安市", level=Level.COUNTY, parent=city["3509"], at=cast.START)
    path = table(STREETS, *streets(BOTH[0]), "350982003,山前街道,350981,35,3509")
    result = apply(path)
    assert entries(result.report, "moved") == ["350982003 山前街道 → 350981"]
    assert AreaLink.objects.filter(ancestor__code="350981", descendant__code=cast.GRIDS[0], depth=3).exists()


def test_a_virtual_group_between_is_no_move(table, city):
    from gridmap.areas.tree import move_area

    group = add_area(code="G1", name="福鼎市区", level=Level.GROUP, parent=city[cast.CITY], at=cast.START)
    move_area(area=city[cast.OURS], parent=group, at=NOON)
    counts = apply(table(STREETS, *streets(*BOTH))).report.counts
    assert (counts["unchanged"], counts["moved"], counts["abolished"]) == (2, 0, 0)


def test_rows_of_counties_that_are_not_stored_forbid_everything(table, city):
    result = apply(table(STREETS, *streets(*BOTH, "110101001 东华门街道")))
    assert not result.applied
    assert result.report.of("no_parent")[0].data["codes"] == ["110101"]
    assert Area.objects.count() == len(city)


def test_a_prefecture_without_counties(table, city):
    apply(table("code,name", "35,福建省", "44,广东省"))
    apply(table("code,name,provinceCode", "3509,宁德市,35", "4419,东莞市,44"))
    result = apply(table("code,name,cityCode,provinceCode", "350982,福鼎市,3509,35", "441900,东莞市,4419,44"))
    assert result.report.of("placeholder")[0].data["codes"] == ["441900"]
    apply(table(STREETS, *streets(*BOTH), "441900003,东城街道,441900,44,4419"))
    assert Area.objects.filter(code="441900003", parent__code="4419").exists()
    assert not Area.objects.filter(code="441900").exists()


def test_villages_without_codes_get_local_ones_that_stay_theirs(table):
    ours = villages(cast.OURS, "山前街道", "石亭社区", "无网格社区", "甲村委会", "乙村委会")
    path = table(VILLAGES, *ours, *villages(cast.THEIRS, "桐山街道", "邻社区"))
    apply(path)
    first = dict(Area.objects.filter(name__endswith="村委会").values_list("name", "code"))
    assert first == {"甲村委会": f"{cast.OURS}903", "乙村委会": f"{cast.OURS}904"}
    assert Area.objects.get(name="甲村委会").code_is_provisional
    counts = apply(path, LATER).report.counts
    assert (counts["unchanged"], counts["added"], counts["abolished"]) == (5, 0, 0)


def test_villages_bring_their_town_when_its_county_is_stored(table):
    rows = villages(cast.OURS, "山前街道", "石亭社区", "无网格社区") + villages(cast.THEIRS, "桐山街道", "邻社区")
    counts = apply(table(VILLAGES, *rows, *villages("350982100", "贯岭镇", "甲村"))).report.counts
    assert (counts["towns_added"], counts["added"]) == (1, 1)
    assert Area.objects.get(name="甲村").code == "350982100901"


@pytest.fixture
def town(table):
    """A town with three villages and room for changes."""

    def upgrade(*names: str, other: tuple[str, ...] = ()):
        rest = villages(cast.OURS, "山前街道", "石亭社区", "无网格社区") + villages(
            cast.THEIRS, "桐山街道", "邻社区", *other
        )
        return table(VILLAGES, *rest, *villages("350982100", "贯岭镇", *names))

    apply(upgrade("甲头村委会", "乙岭村委会", "丙坑村委会"))
    return upgrade


def told(report, kind: str) -> list[tuple[list[str], list[str]]]:
    return [
        ([old["name"] for old in one.data["old"]], [new["name"] for new in one.data["new"]]) for one in report.of(kind)
    ]


def test_a_village_that_becomes_a_community_is_proposed_as_renamed(town):
    path = town("甲头社区居民委员会", "乙岭村委会", "丙坑村委会")
    report = import_divisions(path=path, at=LATER).report
    assert told(report, "rename_proposed") == [(["甲头村委会"], ["甲头社区居民委员会"])]
    assert (report.counts["added"], report.counts["abolished"], report.counts["renamed"]) == (1, 1, 0)
    before = Area.objects.get(name="甲头村委会")
    apply(path, LATER, accept_renames=True)
    after = Area.objects.get(name="甲头社区居民委员会")
    assert (after.pk, after.code, after.kind, after.abolished_at) == (before.pk, before.code, "community", None)


def test_one_gone_and_several_new_is_proposed_as_a_split_and_never_accepted_as_a_rename(town):
    path = town("乙岭村委会", "丙坑村委会", "东园社区", "西园社区")
    result = apply(path, LATER, accept_renames=True)
    assert told(result.report, "split_proposed") == [(["甲头村委会"], ["东园社区", "西园社区"])]
    assert (result.report.counts["added"], result.report.counts["abolished"]) == (2, 1)
    assert Area.objects.get(name="甲头村委会").abolished_at == LATER


def test_several_gone_and_one_new_is_proposed_as_a_merger(town):
    report = import_divisions(path=town("丙坑村委会", "新合村委会"), at=LATER).report
    assert told(report, "merge_proposed") == [(["甲头村委会", "乙岭村委会"], ["新合村委会"])]


def test_gone_here_and_new_there_is_proposed_as_a_move(town):
    report = import_divisions(path=town("乙岭村委会", "丙坑村委会", other=("甲头村委会",)), at=LATER).report
    assert told(report, "move_proposed") == [(["甲头村委会"], ["甲头村委会"])]


def test_the_fact_holds_what_was_applied(table):
    apply(table(STREETS, *streets(BOTH[0], "350982003 山前新街道", "350982100 贯岭镇")))
    facts = Event.objects.get(kind="divisions.imported").facts
    assert facts["added"] == ["350982100"]
    assert facts["renamed"] == {"350982003": ["山前街道", "山前新街道"]}


def test_names_lose_their_kind():
    names = ["五里牌村委会", "五里牌社区居民委员会", "五里牌社区", "五里牌村", "佳阳畲族乡", "佳阳乡", "村"]
    assert [stem(name) for name in names] == ["五里牌"] * 4 + ["佳阳"] * 2 + ["村"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b"a,b\n1,2\n", "no known code table"), (b"code,name\n", "no rows"),
        (b"\x1f\x8b\x08\x00broken", "cut short"), (gzip.compress(b"code,name\n35,x\n", mtime=0)[:-6], "cut short"),
        (b"\xff\xfe\xfd\xfc" * 30, "no readable CSV|no known"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(tmp_path, content, words):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=words):
        import_divisions(path=path, at=NOON)


def test_a_gzip_bomb_is_refused(tmp_path, settings):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"code,name\n" + b"\n" * 3_000_000))
    settings.IMPORT_MAX_BYTES = 1_000_000
    with pytest.raises(Invalid, match="larger than"):
        import_divisions(path=path, at=NOON)


def test_faulty_rows_forbid_everything(table, city):
    result = apply(table(STREETS, *streets(*BOTH), "35098,短,350982,35,3509", "350982101,,350982,35,3509"))
    assert [one.data["line"] for one in result.report.errors] == [4, 5]
    assert Area.objects.count() == len(city)


def test_a_table_of_several_years_needs_one_chosen(table):
    rows = villages(cast.OURS, "山前街道", "石亭社区", year=2021) + villages(cast.OURS, "山前街道", "新社区", year=2023)
    path = table(VILLAGES, *rows)
    with pytest.raises(Invalid, match="2021, 2023"):
        import_divisions(path=path, at=NOON)
    with pytest.raises(Invalid, match="1999"):
        import_divisions(path=path, at=NOON, year="1999")
    assert entries(import_divisions(path=path, at=NOON, year="2023").report, "added") == [f"{cast.OURS}903 新社区"]


def test_the_command_shows_first_and_applies_on_demand(table, tmp_path):
    path, out, report = table(STREETS, *streets(*BOTH, "350982100 贯岭镇")), StringIO(), tmp_path / "report.json"
    call_command("import_divisions", str(path), "--report", str(report), stdout=out, verbosity=0)
    assert "贯岭镇" in out.getvalue()
    assert not Area.objects.filter(code="350982100").exists()
    assert '"applied": false' in report.read_text("utf-8")
    call_command("import_divisions", str(path), "--apply", stdout=out, verbosity=0)
    assert Area.objects.filter(code="350982100").exists()
    with pytest.raises(CommandError, match="no known code table"):
        call_command("import_divisions", str(report), verbosity=0)
