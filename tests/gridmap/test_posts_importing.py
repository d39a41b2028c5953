"""People and posts from a table: what is read, what is refused, what a second reading changes."""

from __future__ import annotations

import csv
import io
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from citygrid.accounts.models import User
from citygrid.common import clock
from citygrid.common.errors import Invalid
from gridmap.posts.importing import Report, import_people
from gridmap.posts.models import Post
from tests import cast

pytestmark = pytest.mark.django_db
HEAD = ["username", "display_name", "mobile", "email", "role", "place", "from"]
GOOD = [
    ["wang", "王小明", "13800000001", "wang@example.com", "grid_worker", cast.GRIDS[0], "2026-01-31"],
    ["wang", "", "", "", "grid_worker", cast.GRIDS[1], ""],
    ["li", "李四", "", "", "dept_clerk", "CGJ", "2026/2/1"],
    ["zhao", "赵六", "", "", "", "", ""],
]


def table(tmp_path: Path, rows: list[list[Any]], *, encoding: str = "utf-8", head: list[str] = HEAD) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    path = tmp_path / "people.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def bring(path: Path, **more: Any) -> Report:
    return import_people(path=path, at=clock.now(), **more)


def faults(path: Path, **more: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        bring(path, **more)
    return refused.value.fields.get("rows", [str(refused.value)])


def state() -> tuple[int, int, int]:
    return User.objects.count(), Post.objects.count(), apps.get_model("cases.Event").objects.count()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_opens_accounts_and_grants_posts(people, tmp_path, encoding):
    report = bring(table(tmp_path, GOOD, encoding=encoding))
    assert (report.opened, len(report.granted), report.unchanged) == (["wang", "li", "zhao"], 3, 0)
    wang = User.objects.get(username="wang")
    assert (wang.display_name, wang.mobile, wang.email) == ("王小明", "13800000001", "wang@example.com")
    posts = {post.place.code: post.starts_at for post in wang.posts.all()}
    assert set(posts) == set(cast.GRIDS[:2])
    assert posts[cast.GRIDS[0]] == datetime(2026, 1, 30, 16, tzinfo=UTC), "midnight in Shanghai"
    assert set(report.first_passwords) == {"wang", "li", "zhao"}
    assert wang.check_password(report.first_passwords["wang"])
    assert wang.must_change_password


def test_an_xlsx_reads_the_same(people, tmp_path):
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["登录名", "姓名", "手机", "角色", "部门", "起始日期"])
    sheet.append(["wang", "王小明", 13800000001, "handler", "CGJ", date(2026, 1, 31)])
    sheet.append([None] * 6)
    sheet.append(["li", "李四", 13800000002.0, "Department Clerk", "CGJ", datetime(2026, 2, 1)])  # noqa: DTZ001
    book.save(tmp_path / "people.xlsx")
    report = bring(tmp_path / "people.xlsx")
    assert report.opened == ["wang", "li"]
    assert list(User.objects.filter(username__in=report.opened).order_by("pk").values_list("mobile", flat=True)) == [
        "13800000001",
        "13800000002",
    ]
    assert {post.role for post in Post.objects.filter(user__username="li")} == {"dept_clerk"}


def test_reading_it_again_changes_nothing(people, tmp_path):
    path = table(tmp_path, GOOD)
    bring(path)
    before = state()
    report = bring(path)
    assert (report.opened, report.changed, report.granted, report.unchanged) == ([], [], [], 4)
    assert report.first_passwords == {}
    assert state() == before


def test_somebody_known_is_brought_up_to_date_and_keeps_the_password(people, tmp_path):
    report = bring(table(tmp_path, [["gw", "新名", "13800000009", "", "grid_worker", cast.GRIDS[1], ""]]))
    assert (report.opened, report.changed, report.granted) == ([], ["gw"], ["gw"])
    user = User.objects.get(username="gw")
    assert (user.display_name, user.mobile) == ("新名", "13800000009")
    assert user.check_password(cast.PASSWORD)


def test_a_trial_keeps_nothing(people, tmp_path):
    before = state()
    report = bring(table(tmp_path, GOOD), dry_run=True)
    assert (report.opened, len(report.granted), report.first_passwords) == (["wang", "li", "zhao"], 3, {})
    assert state() == before


def test_all_faults_are_told_at_once_by_row_and_nothing_is_kept(people, tmp_path):
    before = state()
    bad = [
        ["", "无名", "", "", "", "", ""],
        ["a1", "甲", "12345", "", "", "", ""],
        ["a2", "乙", "", "", "emperor", cast.CITY, ""],
        ["a3", "丙", "", "", "grid_worker", "", ""],
        ["a4", "丁", "", "", "grid_worker", "999", "31.01.2026"],
        ["a5", "戊", "", "", "grid_worker", "999", ""],
        ["a6", "己", "", "", "grid_worker", "CGJ", ""],
        ["a7", "", "", "", "", "", ""],
        ["good", "庚", "", "", "", "", ""],
        ["good", "另一人", "", "", "", "", ""],
        ["a8", "辛", "", "not-mail", "", "", ""],
        ["sysadmin", "", "", "", "manager", cast.CITY, ""],
    ]
    told = faults(table(tmp_path, bad))
    expected = {
        2: "login name is empty", 3: "11 digits", 4: "“emperor” is not known", 5: "belong together", 6: "is no date",
        7: "code of no area", 8: "held at an area", 9: "display_name|blank|field", 11: "another display_name",
        12: "fields cannot be used", 13: "separate persons",
    }  # fmt: skip
    assert [int(line.split(":")[0].removeprefix("Row ")) for line in told] == list(expected)
    for line, part in zip(told, expected.values(), strict=True):
        assert any(word in line for word in part.split("|")), line
    assert state() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "names nobody"),
        (b"username,display_name\n", "names nobody"),
        (b"username\nwang\n", "Missing: display_name"),
        (b"username,display_name,salary\nwang,W,1\n", "Unknown: salary"),
        (b"username,display_name,username\nwang,W,x\n", "each column once"),
        (b"\x00\x01\x02\xff\xfe", "neither a text table"),
        (b"PK\x03\x04 no archive at all", "not a readable XLSX"),
        (b'username,display_name\n"wang,W\n', "quotation mark"),
        (b"x" * 5_000_001, "too large"),
    ],
    ids=range(9),
)
def test_a_file_that_is_no_such_table_is_refused_in_words(people, tmp_path, content, sentence):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    assert sentence in faults(path)[0]


def test_a_missing_file_is_told(tmp_path, db):
    assert "cannot be read" in faults(tmp_path / "none.csv")[0]


def test_too_many_cells_are_a_fault_of_that_row(people, tmp_path):
    path = table(tmp_path, [["wang", "王", "13800000001"]], head=["username", "display_name"])
    assert faults(path) == ["Row 2: It has more cells than the first line has columns."]


def test_each_administrator_brings_in_what_is_theirs(people, tmp_path):
    accounts = table(tmp_path, [["wang", "王小明", "", "", "", "", ""]])
    assert "held by: system administrator" in faults(accounts, by=people["secadmin"])[0]
    bring(accounts, by=people["sysadmin"])
    posts = table(tmp_path, [["wang", "", "", "", "grid_worker", cast.GRIDS[0], ""]])
    assert "held by: security administrator" in faults(posts, by=people["sysadmin"])[0]
    assert bring(posts, by=people["secadmin"]).granted == ["wang"]


def test_the_command_writes_first_passwords_for_its_owner_alone(people, tmp_path, capsys):
    target = tmp_path / "first.csv"
    call_command("import_people", str(table(tmp_path, GOOD)), "--passwords", str(target), verbosity=0)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["username"] for row in rows] == ["wang", "li", "zhao"]
    assert User.objects.get(username="li").check_password(rows[1]["first_password"])
    out, err = capsys.readouterr()
    assert "3 accounts opened" in out
    assert str(target) in out
    assert not [row for row in rows if row["first_password"] in out + err]
    facts = str(list(apps.get_model("cases.Event").objects.values_list("facts", flat=True)))
    assert not [row for row in rows if row["first_password"] in facts]


def test_the_command_keeps_nothing_when_the_passwords_cannot_be_written(people, tmp_path):
    before = state()
    path = table(tmp_path, GOOD)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("import_people", str(path), "--passwords", str(tmp_path / "no" / "first.csv"), verbosity=0)
    assert state() == before
    taken = tmp_path / "taken.csv"
    taken.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        call_command("import_people", str(path), "--passwords", str(taken), verbosity=0)
    assert taken.read_text() == "mine"


def test_the_command_lists_every_fault(people, tmp_path):
    path = table(tmp_path, [["a1", "甲", "12345", "", "", "", ""], ["", "乙", "", "", "", "", ""]])
    with pytest.raises(CommandError) as refused:
        call_command("import_people", str(path), verbosity=0)
    assert "2 faults" in str(refused.value)
    assert "Row 2" in str(refused.value)
    assert "Row 3" in str(refused.value)


def test_the_command_tries_without_keeping(people, tmp_path, capsys):
    before = state()
    call_command("import_people", str(table(tmp_path, GOOD)), "--dry-run", verbosity=0)
    assert "nothing was kept" in capsys.readouterr().out
    assert state() == before
