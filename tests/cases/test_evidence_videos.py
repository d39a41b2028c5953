"""Short videos: what their boxes say, and what of it is served."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from cases.evidence import videos, webm
from citygrid.common.errors import Invalid
from tests.cases import media


def look(content: bytes):
    room = webm if content.startswith(b"\x1a") else videos
    return room.examine(io.BytesIO(content), len(content))


def served(content: bytes) -> bytes:
    copy = io.BytesIO()
    look(content).clean(io.BytesIO(content), copy)
    return copy.getvalue()


def test_a_video_tells_length_size_time_and_place():
    found = look(media.mp4(seconds=8.5))
    assert (found.seconds, found.width, found.height) == (8.5, 640, 480)
    assert found.taken_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert found.place == pytest.approx(media.PLACE)


@pytest.mark.parametrize("place", ["", "+00.0000+000.0000/", "+99.0000+000.0000/", "nowhere"])
def test_a_video_without_a_sane_place_has_none(place):
    assert look(media.mp4(place=place)).place is None


def test_a_video_without_a_time_has_none():
    assert look(media.mp4(taken=None)).taken_at is None
    assert look(media.mp4(taken=datetime(1970, 1, 1, tzinfo=UTC))).taken_at is None


def test_the_served_video_says_nothing_but_its_pictures():
    content = media.mp4()
    copy = served(content)
    assert len(copy) == len(content)
    assert copy[-5000:] == content[-5000:]
    assert b"+27.3350" in content
    assert b"+27.3350" not in copy
    again = look(copy)
    assert (again.seconds, again.width, again.taken_at, again.place) == (8, 640, None, None)


def test_a_video_that_does_not_say_its_length_is_let_pass():
    assert look(media.mp4(seconds=0)).seconds is None


def test_a_box_may_give_its_length_in_64_bits_or_as_the_rest():
    content = media.mp4()
    head, data = content[:-5008], content[-5000:]
    assert look(head + b"\0\0\0\1mdat" + (5016).to_bytes(8, "big") + data).seconds == 8
    assert look(head + b"\0\0\0\0mdat" + data).seconds == 8


@pytest.mark.parametrize(
    "content",
    [
        media.mp4() + b"\0\0\0\4junk",
        media.mp4() + b"\0\0\0\x09free",
        media.mp4() + b"xx",
        media.mp4()[:-5008],
        media.mp4() + media.box(b"free") * 20_001,
    ],
    ids=["too short a box", "too long a box", "half a header", "no pictures", "endless boxes"],
)
def test_a_video_whose_boxes_do_not_fit_is_damaged(content):
    with pytest.raises(Invalid, match="damaged"):
        look(content)


@pytest.mark.parametrize("live", [False, True])
def test_a_browsers_video_tells_length_and_size(live):
    found = look(media.webm(seconds=8, live=live))
    assert (found.seconds, found.width, found.height) == (8, 640, 480)


def test_a_browsers_video_is_served_without_its_tags():
    content = media.webm()
    copy = served(content)
    assert b"SecretTag" in content
    assert b"SecretTag" not in copy
    assert len(copy) == len(content)
    assert look(copy).seconds == 8


def test_a_file_of_the_same_family_that_is_no_webm_is_refused():
    with pytest.raises(Invalid, match="damaged"):
        look(media.webm().replace(b"webm", b"matr"))
