"""Reading a table of categories."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from cases.catalogue.importing import COLUMNS, import_categories
from cases.catalogue.models import Category, CategoryStandard
from cases.journal.models import Event
from citygrid.common.errors import Invalid, NotAllowed
from gridmap.demo.fixtures import FIXTURES
from tests import cast

pytestmark = pytest.mark.django_db

LATER = cast.START + timedelta(days=30)
ROWS = [
    (
        "CJ/T 214-2007",
        "component",
        "01",
        "公用设施类",
        "Public utilities",
        "01",
        "上水井盖",
        "Water-supply manhole cover",
    ),
    ("CJ/T 214-2007", "event", "01", "市容环境", "City appearance", "02", "暴露垃圾", "Exposed garbage"),
    ("GB/T 30428.2-2013", "event", "01", "市容环境", "City appearance", "02", "店面无证装修", ""),
]


@pytest.fixture
def table(tmp_path):
    def write(rows, encoding="utf-8", columns=COLUMNS):
        text = io.StringIO()
        csv.writer(text).writerows([columns, *rows])
        path = tmp_path / "categories.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


def load(path, **options):
    return import_categories(path=path, at=options.pop("at", cast.START), **options)


def test_the_shipped_list_is_read_whole_and_a_second_time_changes_nothing():
    assert len(load(FIXTURES / "categories.csv").added) == 295
    events = Event.objects.count()
    report = load(FIXTURES / "categories.csv", at=LATER)
    assert (report.changes, report.unchanged) == (0, 295)
    assert Event.objects.count() == events


def test_the_shipped_standards_are_the_two_national_ones_and_a_local_extension_of_the_second():
    load(FIXTURES / "categories.csv")
    counts = {s.key: (s.categories.count(), s.extends and s.extends.key) for s in CategoryStandard.objects.all()}
    assert counts == {"CJ214": (139, None), "GB30428": (132, None), "LOCAL": (24, "GB30428")}


def test_one_number_in_two_standards_makes_two_codes(table):
    load(table(ROWS))
    assert Category.objects.get(code="CJ214-E0102").name == "暴露垃圾"
    assert Category.objects.get(code="GB30428-E0102").name == "店面无证装修"
    assert Category.objects.get(code="CJ214-C0101").name == "上水井盖"


def test_a_new_name_is_taken_over_and_the_old_one_stays_in_the_journal(table):
    load(table(ROWS))
    report = load(table([*ROWS[:1], (*ROWS[1][:6], "暴露垃圾堆", ROWS[1][7]), ROWS[2]]), at=LATER)
    assert report.renamed == ["CJ214-E0102"]
    event = Event.objects.get(kind="category.renamed")
    assert event.facts["before"] == {"name": "暴露垃圾"}
    assert event.facts["after"] == {"name": "暴露垃圾堆"}


def test_what_is_no_longer_listed_is_retired_and_comes_back_when_listed_again(table):
    load(table(ROWS))
    assert load(table([ROWS[0], ROWS[2]]), at=LATER).retired == ["CJ214-E0102"]
    retired = Category.objects.get(code="CJ214-E0102")
    assert retired.retired_at == LATER
    assert retired not in Category.objects.in_force(LATER)
    assert retired in Category.objects.in_force(LATER - timedelta(seconds=1))
    assert load(table(ROWS), at=LATER).restored == ["CJ214-E0102"]
    assert Category.objects.in_force(LATER).count() == 3


def test_a_standard_that_the_table_does_not_name_is_left_alone(table):
    load(table(ROWS))
    load(table(ROWS[:2]), at=LATER)
    assert Category.objects.get(code="GB30428-E0102").retired_at is None


def test_a_dry_run_tells_and_keeps_nothing(table):
    report = load(table(ROWS), dry_run=True)
    assert len(report.added) == 3
    assert not Category.objects.exists()
    assert not CategoryStandard.objects.exists()
    assert not Event.objects.exists()


def test_every_faulty_line_is_named_and_nothing_is_changed(table):
    bad = [
        ROWS[0],
        ("CJ/T 214-2007", "thing", "01", "公用设施类", "", "02", "污水井盖", ""),
        ("CJ/T 214-2007", "component", "1", "公用设施类", "", "0३", "雨水井盖", ""),
        ("CJ/T 214-2007", "component", "01", "公用设施类", "", "04", "", ""),
        ("CJ/T 214-2007", "component", "01", "公用设施类", "", "05", "长" * 61, ""),
        ROWS[0],
    ]
    with pytest.raises(Invalid) as refusal:
        load(table(bad))
    faults = refusal.value.fields["rows"]
    assert [fault.split(":")[0] for fault in faults] == [f"Line {n}" for n in (3, 4, 4, 5, 6, 7)]
    assert "“thing” is not known" in faults[0]
    assert "“name” is empty" in faults[3]
    assert "repeats the category of line 2" in faults[5]
    assert "6 faults" in str(refusal.value)
    assert not Category.objects.exists()


def test_a_table_in_gb18030_is_read(table):
    load(table(ROWS, encoding="gb18030"))
    assert Category.objects.get(code="CJ214-E0102").name == "暴露垃圾"


def test_a_mark_at_the_start_of_the_file_does_not_hide_the_first_column(table):
    assert len(load(table(ROWS, encoding="utf-8-sig")).added) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\x00\x00\xff\xff", "is not a text table"),
        (b"", "The first line must name the columns"),
        (b"standard,kind\nx,y\n", "missing: major_code"),
        (",".join(COLUMNS).encode(), "has no rows"),
        ((",".join(COLUMNS) + '\nCJ,"event').encode() + b"x" * 140_000, "Line 1"),
        ((",".join(COLUMNS) + "\nCJ/T 214-2007,event").encode(), "“minor_code” is empty"),
    ],
    ids=["not text", "empty", "other columns", "no rows", "huge field", "short row"],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(tmp_path, content, sentence):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refusal:
        load(path)
    assert sentence in str(refusal.value) + " ".join(refusal.value.fields.get("rows", []))


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(Invalid, match=r"nowhere\.csv cannot be read"):
        load(tmp_path / "nowhere.csv")


def test_an_unknown_standard_is_refused_until_the_city_has_added_it(table):
    path = table([("DB35/1", "event", "01", "市容环境", "", "02", "暴露垃圾", "")])
    with pytest.raises(Invalid, match="“DB35/1” is not known"):
        load(path)
    CategoryStandard.objects.create(code="DB35/1", key="DB35", name="省标")
    assert load(path).added == ["DB35-E0102"]


def test_only_who_keeps_the_catalogue_may_import(table, people):
    with pytest.raises(NotAllowed):
        load(table(ROWS), by=people["gw"])
    load(table(ROWS), by=people["sysadmin"])
    assert Event.objects.filter(kind="category.added", actor_id=people["sysadmin"].pk).count() == 3


def test_the_database_itself_refuses_a_code_twice(table):
    load(table(ROWS))
    twin = Category.objects.get(code="CJ214-E0102")
    twin.pk = None
    twin.minor_code = "03"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_the_command_reports_and_names_each_fault(table, capsys):
    out = io.StringIO()
    call_command("import_categories", table(ROWS), "--dry-run", stdout=out)
    assert "Nothing was changed. The table would add 3" in out.getvalue()
    call_command("import_categories", table(ROWS), stdout=out)
    assert "+ CJ214-E0102" in out.getvalue()
    assert "3 categories added" in out.getvalue()
    err = io.StringIO()
    with pytest.raises(CommandError, match="2 faults"):
        call_command("import_categories", table([("", "thing", *ROWS[0][2:])]), stderr=err)
    assert "Line 2: The kind “thing” is not known" in err.getvalue()
