"""Taking files in: every kind kept whole, every fault refused in a sentence with nothing left behind."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases.evidence.limits import most_bytes_of_any
from cases.evidence.models import Evidence
from cases.evidence.purge import purge
from cases.evidence.store import MOST_UNUSED, Claim, store_upload
from cases.journal.models import Event
from citygrid.common.errors import Conflict, Invalid
from tests.cases import media
from tests.cases.walk import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def keep(content: bytes, name: str = "photo.jpg", by=None, **more) -> Evidence:
    return store_upload(io.BytesIO(content), name=name, by=by, at=AT, **more)


def refusal(content: bytes, name: str = "photo.jpg", **more) -> Invalid:
    with pytest.raises(Invalid) as refused:
        keep(content, name, **more)
    assert re.match(r"^[A-Z].{20,}[.]$", str(refused.value)), "a refusal is a sentence"
    return refused.value


def read(field) -> bytes:
    with field.open() as file:
        return file.read()


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.jpg", media.jpeg(), "image/jpeg"),
        ("a.JPEG", media.jpeg(), "image/jpeg"),
        ("blob", media.jpeg(), "image/jpeg"),
        ("a.png", media.encoded(media.picture(), "PNG"), "image/png"),
        ("a.webp", media.encoded(media.picture(), "WEBP"), "image/webp"),
        ("a.heic", media.HEIC, "image/heic"),
        ("a.pdf", media.pdf(), "application/pdf"),
        ("a.mp4", media.mp4(), "video/mp4"),
        ("a.mov", media.mp4(brand=b"qt  "), "video/mp4"),
        ("a.webm", media.webm(), "video/webm"),
    ],
)
def test_each_kind_is_kept_whole_beside_a_cleaned_copy(folder, name, content, media_type):
    piece = keep(content, name)
    assert (piece.media_type, piece.size) == (media_type, len(content))
    assert piece.sha256 == hashlib.sha256(content).hexdigest()
    assert read(piece.original) == content
    assert piece.served.size > 0
    assert bool(piece.thumb) is media_type.startswith("image/")
    assert all(path.name.startswith(str(piece.pk)) for path in stored(folder))
    assert {path.stat().st_mode & 0o777 for path in stored(folder)} == {0o640}
    assert Event.objects.get(kind="evidence.uploaded").facts["sha256"] == piece.sha256


def test_the_senders_file_name_is_no_part_of_the_path(folder):
    keep(media.jpeg(), "../../../etc/石亭.jpg")
    assert [re.sub(r"[0-9a-f-]{36}", "KEY", str(path.relative_to(folder))) for path in sorted(stored(folder))] == [
        f"evidence/2026/03/02/KEY-{role}.jpg" for role in ("original", "served", "thumb")
    ]


FAULTS = {
    "empty": (b"", "x.jpg", "empty", 422),
    "html called jpg": (b"<html><script>alert(1)</script></html>", "x.jpg", "unsupported_media_type", 415),
    "animated gif": (
        media.encoded(media.picture(), "GIF", save_all=True, append_images=[media.picture(seed=9)]),
        "x.gif", "unsupported_media_type", 415,
    ),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "x.svg", "unsupported_media_type", 415),
    "polyglot that begins as html": (b"<!--" + media.jpeg(), "x.jpg", "unsupported_media_type", 415),
    "pdf with something before it": (b"GIF89a" + media.pdf(), "x.pdf", "unsupported_media_type", 415),
    "png called jpg": (media.encoded(media.picture(), "PNG"), "x.jpg", "mislabelled", 422),
    "jpg called html": (media.jpeg(), "x.html", "mislabelled", 422),
    "half a jpg": (media.jpeg()[:-2000], "x.jpg", "damaged", 422),
    "the head of a jpg": (media.jpeg()[:20], "x.jpg", "damaged", 422),
    "png with a broken sum": (
        media.spoiled(media.encoded(media.picture(), "PNG"), b"IDAT", 200), "x.png", "damaged", 422,
    ),
    "half a heic": (media.HEIC[:500], "x.heic", "damaged", 422),
    "half a webp": (media.encoded(media.picture(), "WEBP")[:-200], "x.webp", "damaged", 422),
    "animated webp": (
        media.encoded(media.picture(), "WEBP", save_all=True, append_images=[media.picture(seed=99)]),
        "x.webp", "animated", 422,
    ),
    "animated png": (
        media.encoded(media.picture(), "PNG", save_all=True, append_images=[media.picture(seed=99)]),
        "x.png", "animated", 422,
    ),
    "bomb": (media.bomb(), "x.png", "too_many_pixels", 422),
    "one endless line": (media.encoded(media.picture(40_000, 2), "PNG"), "x.png", "too_many_pixels", 422),
    "half a pdf": (media.pdf()[:200], "x.pdf", "damaged", 422),
    "locked pdf": (media.pdf(password="geheim"), "x.pdf", "locked", 422),
    "endless pdf": (media.pdf(201), "x.pdf", "too_many_pages", 422),
    "empty pdf": (media.pdf(0), "x.pdf", "too_many_pages", 422),
    "half a video": (media.mp4()[:-10], "x.mp4", "damaged", 422),
    "sound only": (media.mp4(pictures=False), "x.mp4", "damaged", 422),
    "long video": (media.mp4(seconds=61), "x.mp4", "too_long", 422),
    "half a webm": (media.webm()[:-10], "x.webm", "damaged", 422),
    "long webm": (media.webm(seconds=61), "x.webm", "too_long", 422),
    "long webm that does not say": (media.webm(seconds=61, live=True), "x.webm", "too_long", 422),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_sentence_and_nothing_is_stored(folder, fault):
    content, name, code, status = FAULTS[fault]
    refused = refusal(content, name)
    assert (refused.code, refused.status) == (code, status)
    assert not Evidence.objects.exists()
    assert not stored(folder)


def test_a_declared_type_that_is_not_the_content_is_refused():
    assert refusal(media.jpeg(), declared="text/html").code == "mislabelled"
    assert keep(media.jpeg(), declared="image/jpg").media_type == "image/jpeg"
    assert keep(media.jpeg(), declared="application/octet-stream").media_type == "image/jpeg"


def test_each_family_has_its_own_limit_of_bytes(settings):
    settings.EVIDENCE_PHOTO_MAX_BYTES = 3000
    refused = refusal(media.jpeg())
    assert (refused.code, refused.status) == ("too_large", 413)
    keep(media.mp4(), "a.mp4")
    settings.EVIDENCE_DOCUMENT_MAX_BYTES = settings.EVIDENCE_VIDEO_MAX_BYTES = 3000
    assert most_bytes_of_any() == 3000
    assert refusal(b"\0" * 4000).code == "too_large"


def test_a_person_cannot_pile_up_uploads_without_end(people):
    Evidence.objects.bulk_create(
        Evidence(
            uploaded_by=people["gw"], uploaded_at=AT, original="x", media_type="image/jpeg", size=1, sha256="0" * 64
        )
        for _ in range(MOST_UNUSED)
    )
    with pytest.raises(Conflict, match="300 files"):
        keep(media.jpeg(), by=people["gw"])
    assert keep(media.jpeg(), by=people["handler"]).uploaded_by == people["handler"]


def test_what_the_device_claims_is_kept_apart_from_what_the_file_says():
    bare = media.encoded(media.picture(), "JPEG")
    piece = keep(bare, claim=Claim(AT, media.PLACE, 12.5, "album"))
    assert (piece.taken_at, piece.taken_geom) == (None, None)
    assert (piece.device_at, piece.device_accuracy_m) == (AT, 12.5)
    assert piece.place is not None
    assert piece.place.coords == media.PLACE
    assert piece.remarks == ["place_claimed", "time_claimed", "album"]
    assert keep(bare).remarks == ["no_place", "no_time"]
    assert keep(media.jpeg()).remarks == []
    assert keep(media.pdf(), "a.pdf").remarks == []


def test_a_row_that_cannot_be_written_leaves_no_file(folder, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("cases.evidence.store.facts.record", fail)
    with pytest.raises(RuntimeError):
        keep(media.jpeg())
    assert not stored(folder)
    assert not Evidence.objects.exists()


_HEADS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b"%PDF-1.7\n", b"\0\0\0\x18ftypheic",
          b"\0\0\0\x18ftypisom", bytes.fromhex("1A45DFA3") + b"\x9fwebm"]  # fmt: skip
_GOOD = [
    media.jpeg(64, 48),
    media.encoded(media.picture(64, 48), "PNG"),
    media.HEIC,
    media.pdf(1),
    media.mp4(),
    media.webm(),
]


@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(head=st.sampled_from(_HEADS), tail=st.binary(max_size=300))
def test_no_bytes_ever_crash_it(head, tail):
    _kept_or_refused(head + tail)


@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    good=st.sampled_from(_GOOD),
    spots=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    cut=st.floats(0, 1),
)
def test_no_damage_ever_crashes_it(good, spots, cut):
    spoiled = bytearray(good)
    for where, value in spots:
        spoiled[int(where * len(spoiled))] = value
    _kept_or_refused(bytes(spoiled[: len(spoiled) if cut > 0.5 else int(2 * cut * len(spoiled))]))


def _kept_or_refused(content: bytes) -> None:
    try:
        piece = keep(content, "blob")
    except Invalid as refused:
        assert str(refused).endswith(".")
    else:
        assert piece.served.size > 0


# --- death in between -------------------------------------------------------------------------------------------------
_DIES = """
import io, os, signal, sys
from citygrid import sqlite_driver; sqlite_driver.install()
import django; django.setup()
from cases.evidence import files, store
from tests.cases import media
from tests.cases.walk import AT
write, left = files.write, int(sys.argv[1])
def dying(name, content):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return write(name, content)
files.write = dying
store.Evidence.objects.filter = lambda **k: type("None", (), {"count": lambda s: 0, "exists": lambda s: False})()
store.Evidence.objects.create = lambda **k: os.kill(os.getpid(), signal.SIGKILL)
store.store_upload(io.BytesIO(media.jpeg()), name="a.jpg", by=None, at=AT)
"""


@pytest.mark.slow
@pytest.mark.parametrize("files_written", [0, 1, 2, 3])
def test_a_server_killed_in_mid_upload_leaves_no_row_and_its_files_are_swept(folder, files_written):
    environment = os.environ | {"MEDIA_ROOT": str(folder), "PYTHONPATH": "."}
    died = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", textwrap.dedent(_DIES), str(files_written)], env=environment, check=False
    )
    assert died.returncode == -signal.SIGKILL
    left = stored(folder)
    assert len(left) == files_written
    assert not Evidence.objects.exists()
    kept = keep(media.jpeg(seed=1))
    Evidence.objects.update(uploaded_at=AT + timedelta(days=3))  # not due for deletion itself
    long_ago = (AT - timedelta(hours=1)).timestamp()
    for path in stored(folder):
        os.utime(path, (long_ago, long_ago))
    assert purge(AT + timedelta(days=3)) == (0, files_written)
    assert not set(left) & set(stored(folder))
    assert read(kept.original) == media.jpeg(seed=1)
