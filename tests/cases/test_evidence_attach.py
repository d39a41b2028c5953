"""Evidence in use: tied to its move, looked at with suspicion, marked, grouped, and swept up when nobody used it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageFont

from cases.evidence import watermark
from cases.evidence.models import Evidence
from cases.evidence.parting import served_of
from cases.evidence.purge import delete_unused, purge
from cases.evidence.rounds import pair_of, rounds_of, used_elsewhere
from cases.evidence.store import Claim, store_upload
from cases.journal.models import Event
from cases.workflow.engine import advance
from citygrid.common import periodic
from citygrid.common.errors import Conflict
from tests.cases import media
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def walk(people) -> Walk:
    return Walk(people, catalogue())


def upload(
    by: Any, content: bytes | None = None, *, name: str = "a.jpg", at=AT, claim: Claim | None = None
) -> Evidence:
    return store_upload(io.BytesIO(content or media.jpeg()), name=name, by=by, at=at, claim=claim)


def used(walk: Walk, piece: Evidence) -> Evidence:
    """Give the piece to the case with a comment, and return it fresh."""
    walk.do("comment", "gw", text="见照片", photos=[str(piece.pk)])
    return Evidence.objects.get(pk=piece.pk)


@pytest.mark.parametrize(
    ("facts", "claim", "remarks"),
    [
        ({}, None, []),
        ({"place": (120.21, 27.335)}, None, ["far"]),
        ({"place": None}, None, ["no_place"]),
        ({"place": None}, Claim(place=media.PLACE), ["place_claimed"]),
        ({"place": None}, Claim(place=(120.21, 27.335)), ["place_claimed", "far"]),
        ({"taken": "2026:02:27 09:00:00"}, None, ["old"]),
        ({"taken": "2026:03:02 10:00:00"}, None, ["future"]),
        ({"taken": None}, None, ["no_time"]),
        ({"taken": None}, Claim(at=AT), ["time_claimed"]),
        ({"taken": None}, Claim(at=AT - timedelta(days=3)), ["time_claimed", "old"]),
        ({}, Claim(origin="album"), ["album"]),
        ({"gps": {11: 30.0}}, None, ["imprecise"]),
    ],
)
def test_what_looks_odd_is_remarked_on_and_not_refused(walk, people, facts, claim, remarks):
    piece = used(walk, upload(people["gw"], media.jpeg(**facts), claim=claim))
    assert piece.remarks == remarks
    assert len(piece.remark_labels) == len(remarks)
    assert (piece.move, piece.purpose, piece.case, piece.used_at) == ("case.comment", "photos", walk.case, walk.at)


def test_the_distance_is_kept_in_metres(walk, people):
    assert used(walk, upload(people["gw"], media.jpeg(place=(120.206, 27.335)))).distance_m == pytest.approx(
        98.8, abs=1
    )


def test_a_document_is_not_asked_where_it_was_taken(walk, people):
    assert used(walk, upload(people["gw"], media.pdf(), name="a.pdf")).remarks == []


def test_the_same_file_on_another_case_is_flagged_with_numbers_only_for_those_who_see_that_case(walk, people):
    used(walk, upload(people["gw"]))
    assert used(walk, upload(people["gw"])).remarks == [], "twice on one case is no reuse"
    other = Walk(people, walk.condition, at=walk.at + HOUR)
    piece = used(other, upload(people["gw"]))
    assert "used_before" in piece.remarks
    assert used_elsewhere(piece, viewer=people["acceptor"], at=AT) == [walk.case.number]
    assert used_elsewhere(piece, viewer=people["stranger_street"], at=AT) == []
    assert "used_before" in upload(people["handler"]).remarks, "already at the upload"


def test_a_piece_proves_one_move_only(walk, people):
    piece = upload(people["gw"])
    stale = Evidence.objects.get(pk=piece.pk)
    used(walk, piece)
    with pytest.raises(Conflict) as refused:
        advance(walk.case, "comment", by=people["gw"], at=walk.at, text="noch einmal", photos=[stale])
    assert refused.value.code == "evidence_used"


# --- the watermark ----------------------------------------------------------------------------------------------------
def shown(piece: Evidence) -> Any:
    part = served_of(piece)
    with part.file as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")


def test_the_strip_names_case_time_place_and_person(walk, people):
    piece = used(walk, upload(people["gw"]))
    lines = watermark.lines_for(piece)
    assert walk.case.number in lines[0]
    assert "2026-03-02 09:00:00" in lines[0]
    assert "120.20500, 27.33500" in lines[1]
    assert lines[2] == "gw (gw)"


def test_a_claimed_place_and_time_are_called_claimed(walk, people):
    bare = media.jpeg(taken=None, place=None)
    piece = used(walk, upload(people["gw"], bare, claim=Claim(at=AT, place=media.PLACE)))
    lines = watermark.lines_for(piece)
    assert all("(" in line or "（" in line for line in lines[:2])
    unknown = watermark.lines_for(used(walk, upload(people["gw"], media.jpeg(seed=5, taken=None, place=None))))
    assert "120.20" not in unknown[1]


def test_the_strip_is_burnt_in_once_when_the_photo_is_first_shown_for_a_case(walk, people, folder):
    piece = upload(people["gw"])
    assert shown(piece).getpixel((600, 470))[0] > 150, "before its use it is plain"
    assert not piece.marked
    piece = used(walk, piece)
    assert shown(piece).getpixel((600, 470))[0] < 130
    assert shown(piece).getpixel((600, 100))[0] > 150
    name = str(piece.served.name)
    assert "-marked" in name
    shown(piece)
    assert Evidence.objects.get(pk=piece.pk).served.name == name
    assert sorted(path.name[37:] for path in folder.rglob("*.jpg") if path.name.startswith(str(piece.pk))) == [
        "marked.jpg", "original.jpg", "thumb.jpg",
    ]  # fmt: skip


def test_two_who_show_it_first_at_the_same_time_see_the_same(walk, people):
    piece = used(walk, upload(people["gw"]))
    late = Evidence.objects.get(pk=piece.pk)
    later = Evidence.objects.get(pk=piece.pk)
    shown(piece)
    assert shown(late).tobytes() == shown(piece).tobytes()
    later.marked = True  # read between the mark and the removal of the plain copy
    assert shown(later).tobytes() == shown(piece).tobytes()


def test_without_a_chinese_font_the_strip_is_latin(walk, people, monkeypatch):
    monkeypatch.setattr(watermark, "font_file", lambda: None)
    watermark._font.cache_clear()
    people["gw"].display_name = "王小明"
    people["gw"].save()
    piece = used(walk, upload(people["gw"]))
    lines = watermark.lines_for(piece)
    assert all(line.isascii() for line in lines if "·" not in line)
    assert walk.case.number in lines[0]
    assert "(gw)" in lines[2]
    assert shown(piece).size == (640, 480)
    watermark._font.cache_clear()


def test_a_font_that_is_named_and_missing_does_no_harm(settings):
    settings.EVIDENCE_FONT = "/nowhere/font.ttf"
    watermark.font_file.cache_clear()
    found = watermark.font_file()
    assert found is None or ImageFont.truetype(str(found[0]), 12, index=found[1]).getlength("石") > 0
    watermark.font_file.cache_clear()


@pytest.mark.parametrize("size", [(1, 1), (30, 2000), (2000, 30), (640, 480)])
def test_the_strip_fits_into_any_picture(size):
    picture = Image.new("RGB", size, "white")
    watermark.burn(picture, ["FD202603020001  2026-03-02 09:00:00", "石亭社区 · 120.20500, 27.33500", "gw"])
    assert picture.size == size
    assert picture.getpixel((0, size[1] - 1)) != (255, 255, 255)


# --- before and after -------------------------------------------------------------------------------------------------
def test_the_rounds_show_before_and_after_and_keep_earlier_rounds(people):
    walk = Walk(people, catalogue())
    first = walk.case.evidence.get()
    Evidence.objects.filter(pk=first.pk).update(sha256="1" * 64)
    walk.to("handling")
    poor, good = (upload(people["handler"], media.jpeg(seed=seed)) for seed in (1, 2))
    walk.do("submit", "handler", outcome="solved", result="已清运", after_photos=[str(poor.pk)])
    walk.do("confirm", "clerk")
    walk.do("rework", "dispatcher", opinion="未清干净")
    walk.do("submit", "handler", outcome="solved", result="已清运", after_photos=[str(good.pk)])
    note = used(walk, upload(people["gw"], media.jpeg(seed=3)))
    rounds = rounds_of(walk.case)
    assert [(entry.number, entry.before, entry.after, entry.others) for entry in rounds] == [
        (0, [first], [], []), (1, [], [poor], []), (2, [], [good], [note]),
    ]  # fmt: skip
    assert pair_of(rounds) == (first, good)
    assert pair_of([]) == (None, None)


# --- what nobody used -------------------------------------------------------------------------------------------------
def test_unused_uploads_go_after_two_days_with_their_files_and_used_ones_stay(walk, people, folder):
    unused, kept = upload(people["gw"]), used(walk, upload(people["gw"], media.jpeg(seed=1)))
    before = AT + 48 * HOUR
    assert purge(before)[0] == 0
    assert purge(before + HOUR)[0] == 1
    assert not Evidence.objects.filter(pk=unused.pk).exists()
    assert not [path for path in folder.rglob(f"{unused.pk}*")]
    assert Event.objects.get(kind="evidence.purged").subject_id == str(unused.pk)
    assert len(list(folder.rglob(f"{kept.pk}*"))) == 3


def test_an_upload_that_is_used_while_the_sweep_runs_stays(walk, people, folder):
    seen_by_the_sweep = upload(people["gw"])
    used(walk, Evidence.objects.get(pk=seen_by_the_sweep.pk))
    assert not delete_unused(seen_by_the_sweep, AT + 60 * HOUR)
    assert Evidence.objects.get(pk=seen_by_the_sweep.pk).case == walk.case
    assert len(list(folder.rglob(f"{seen_by_the_sweep.pk}*"))) == 3


def test_the_sweep_runs_every_hour():
    assert [job.every for job in periodic.jobs() if job.run is purge] == [HOUR]
