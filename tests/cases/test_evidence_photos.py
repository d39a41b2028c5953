"""Photos: turned upright, told of time and place, and served with nothing but the picture."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from cases.evidence.kinds import HEAD, sniff
from cases.evidence.models import Remark
from cases.evidence.photos import examine
from tests.cases import media

BLUE, RED = "blue", "red"


def look(content: bytes):
    return examine(io.BytesIO(content), sniff(content[:HEAD]))


def served(content: bytes) -> bytes:
    found, copy = look(content), io.BytesIO()
    found.clean(io.BytesIO(content), copy)
    return copy.getvalue()


def corner(content: bytes) -> str:
    """Return in which corner the blue quarter is."""
    image: Any = Image.open(io.BytesIO(content)).convert("RGB")
    spots = {"upper left": (0.2, 0.2), "upper right": (0.8, 0.2), "lower left": (0.2, 0.8), "lower right": (0.8, 0.8)}
    blue = [
        name for name, (x, y) in spots.items()
        if (pixel := image.getpixel((int(x * image.width), int(y * image.height))))[2] > pixel[0]
    ]  # fmt: skip
    assert len(blue) == 1
    return blue[0]


@pytest.mark.parametrize(
    ("turn", "where", "size"),
    [
        (1, "upper left", (640, 480)), (2, "upper right", (640, 480)), (3, "lower right", (640, 480)),
        (4, "lower left", (640, 480)), (5, "upper left", (480, 640)), (6, "upper right", (480, 640)),
        (7, "lower right", (480, 640)), (8, "lower left", (480, 640)), (77, "upper left", (640, 480)),
    ],
)  # fmt: skip
def test_every_orientation_comes_out_upright(turn, where, size):
    content = media.jpeg(turn=turn)
    found = look(content)
    assert (found.width, found.height) == size
    assert Image.open(io.BytesIO(served(content))).size == size
    assert corner(served(content)) == corner(found.thumb) == where


def segments(content: bytes) -> set[int]:
    """Return the markers of a JPEG before its picture data."""
    at, found = 2, set()
    while content[at + 1] != 0xDA:
        found.add(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return found


@pytest.mark.parametrize(
    "content",
    [
        media.encoded(
            media.picture(), "JPEG", exif=media.exif(), comment=b"SecretComment", icc_profile=b"SecretProfile" * 20
        ) + b"PK\x03\x04SecretTail",
        media.encoded(media.picture(mode="RGBA"), "PNG", exif=media.exif()),
        media.encoded(media.picture(), "WEBP", exif=media.exif(), xmp=b"SecretXmp"),
        media.encoded(media.picture(mode="CMYK"), "JPEG", exif=media.exif()),
        media.encoded(media.picture(mode="L"), "PNG", exif=media.exif()),
        media.encoded(media.picture(mode="P"), "PNG", exif=media.exif()),
        media.HEIC,
    ],
)  # fmt: skip
def test_nothing_but_the_picture_is_served(content):
    assert b"Secret" in content or content == media.HEIC
    for copy in (served(content), look(content).thumb):
        assert b"Secret" not in copy
        assert b"Exif" not in copy
        assert segments(copy) <= {0xE0, 0xDB, 0xC0, 0xC4}, "JFIF header, tables and frame only"
        assert not dict(Image.open(io.BytesIO(copy)).getexif())
        assert copy.endswith(b"\xff\xd9")


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    assert Image.open(io.BytesIO(served(media.encoded(clear, "PNG")))).getpixel((300, 300)) == (255, 255, 255)


def test_the_served_copy_is_at_most_2048_and_the_thumbnail_480():
    content = media.jpeg(4000, 1000)
    assert Image.open(io.BytesIO(served(content))).size == (2048, 512)
    assert Image.open(io.BytesIO(look(content).thumb)).size == (480, 120)
    assert (look(content).width, look(content).height) == (4000, 1000)


def test_a_photo_with_a_preview_picture_behind_it_is_a_photo():
    content = media.encoded(
        media.picture(), "MPO", save_all=True, append_images=[media.picture(320, 240)], exif=media.exif()
    )
    assert (look(content).width, look(content).place) == (640, pytest.approx(media.PLACE))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ({"offset": "-05:30"}, datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ({"offset": None}, datetime(2026, 3, 2, 1, tzinfo=UTC)),  # the city's own time
        ({"offset": "nonsense"}, datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ({"offset": "+99:00"}, datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "1980:01:01 00:00:00"}, None),
        ({"taken": "2026:13:45 99:00:00"}, None),
        ({"taken": "gestern"}, None),
        ({"taken": None}, None),
    ],
)
def test_the_time_is_read_with_its_offset_or_not_at_all(facts, expected):
    assert look(media.jpeg(**facts)).taken_at == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, media.PLACE),
        ({"place": (-70.5, -33.25)}, (-70.5, -33.25)),
        ({"place": None}, None),
        ({"place": (0.0, 0.0)}, None),
        ({"gps": {2: (91.0, 0.0, 0.0)}}, None),
        ({"gps": {4: (181.0, 0.0, 0.0)}}, None),
        ({"gps": {2: (27.0, 75.0, 0.0)}}, None),
        ({"gps": {2: (27.0, 20.0)}}, None),
        ({"gps": {9: "V"}}, None),
    ],
)
def test_the_place_is_read_with_its_hemispheres_or_not_at_all(facts, expected):
    found = look(media.jpeg(**facts)).place
    assert found == (pytest.approx(expected, abs=1e-7) if expected else None)


def test_a_poor_fix_and_a_wrong_clock_are_remarked_on():
    assert look(media.jpeg(gps={11: 25.0})).remarks == [Remark.IMPRECISE]
    assert look(media.jpeg(gps={11: 2.0, 31: 4.5})).accuracy_m == pytest.approx(4.5)
    right = {29: "2026:03:02", 7: (1.0, 2.0, 0.0)}
    assert look(media.jpeg(gps=right)).remarks == []
    assert look(media.jpeg(gps=right, offset="+02:00")).remarks == [Remark.CLOCK_DIFFERS]


def test_a_tiny_picture_is_remarked_on():
    assert look(media.jpeg(300, 200)).remarks == [Remark.SMALL]


def test_a_phones_heic_tells_time_and_place():
    found = look(media.HEIC)
    assert found.taken_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert found.place == pytest.approx(media.PLACE, abs=1e-6)
    assert corner(served(media.HEIC)) == "upper left"


# --- photos of real cameras -------------------------------------------------------------------------------------------
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("DSCN0010.jpg", 11.885127, 43.467448), ("DSCN0012.jpg", 11.885395, 43.467157),
        ("DSCN0021.jpg", 11.884538, 43.467082), ("DSCN0025.jpg", 11.881635, 43.468365),
        ("DSCN0027.jpg", 11.881515, 43.468442), ("DSCN0029.jpg", 11.880172, 43.468243),
    ],
)  # fmt: skip
def test_a_real_cameras_place_is_read_exactly(shared, name, lon, lat):
    content = (shared / "data/photos_exif" / name).read_bytes()
    found = look(content)
    assert found.place == pytest.approx((lon, lat), abs=1e-5)
    assert found.taken_at.date().isoformat() == "2008-10-22"
    assert Remark.CLOCK_DIFFERS in found.remarks, "it was set to Italian time and does not say so"
    assert not dict(Image.open(io.BytesIO(served(content))).getexif())


@pytest.mark.shared
@pytest.mark.parametrize("turn", [3, 6, 8])
def test_real_turned_photos_come_out_upright_and_alike(shared, turn):
    folder = shared / "data/photos_exif"
    upright = Image.open(io.BytesIO(served((folder / f"landscape_{turn}.jpg").read_bytes())))
    other = Image.open(io.BytesIO(served((folder / f"landscape_{3 if turn != 3 else 6}.jpg").read_bytes())))
    assert upright.size == other.size == (600, 450)
    small, twin = (image.convert("L").resize((12, 9)) for image in (upright, other))
    difference = [abs(a - b) for a, b in zip(small.tobytes(), twin.tobytes(), strict=True)]
    assert max(difference) < 12


@pytest.mark.shared
def test_a_real_photo_without_exif_says_neither_time_nor_place(shared):
    found = look((shared / "data/photos_exif/no_exif.jpg").read_bytes())
    assert (found.taken_at, found.place) == (None, None)
