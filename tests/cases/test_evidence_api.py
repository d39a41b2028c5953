"""Evidence over the API: sent, described, shown to those who see the case, and to nobody else."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from cases.casework.models import Case
from cases.evidence.models import Evidence
from cases.journal.models import Event
from citygrid.common import clock
from tests.cases import media
from tests.cases.walk import AT, Walk, catalogue

pytestmark = pytest.mark.django_db
EVIDENCE = "/api/v1/evidence/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    return tmp_path


@pytest.fixture
def as_(people):
    def signed_in(name: str) -> APIClient:
        client = APIClient()
        client.force_authenticate(people[name])
        return client

    return signed_in


def send(client, content=None, name="a.jpg", declared="image/jpeg", headers=None, **fields):
    fields["file"] = SimpleUploadedFile(name, media.jpeg() if content is None else content, declared)
    return client.post(EVIDENCE, fields, format="multipart", headers=headers or {})


def sent(client, *args, **fields) -> dict:
    answer = send(client, *args, **fields)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def fault(answer) -> tuple[int, str]:
    assert answer.json()["error"]["message"].endswith((".", "。"))
    return answer.status_code, answer.json()["error"]["code"]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)  # when it is read to its end, the file is closed


def test_a_photo_is_answered_with_all_that_was_found(as_):
    content = media.jpeg()
    row = sent(as_("gw"), content, lon="120.206", lat="27.336", accuracy="8", taken_at="2026-03-02T09:01:00+08:00")
    assert row["size"] == len(content)
    assert (row["media_type"], row["width"], row["height"]) == ("image/jpeg", 640, 480)
    assert row["taken_at"] == "2026-03-02T09:00:00+08:00"
    assert (row["lon"], row["lat"]) == pytest.approx(media.PLACE)
    assert row["device"] == {"taken_at": "2026-03-02T09:01:00+08:00", "lon": 120.206, "lat": 27.336, "accuracy": 8.0}
    assert (row["case"], row["remarks"], row["used_on"]) == (None, [], [])
    assert row["thumb_url"] == f"{EVIDENCE}{row['id']}/file/?size=thumb"
    assert as_("gw").get(f"{EVIDENCE}{row['id']}/").json() == row


def test_a_position_of_another_system_is_turned_into_wgs84(as_):
    device = sent(as_("gw"), lon="120.20969", lat="27.33242", crs="gcj02")["device"]
    assert device["lon"] == pytest.approx(120.205, abs=0.002)
    assert device["lon"] != 120.20969


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lon": "120"}, "lon"), ({"lat": "27"}, "lon"), ({"lon": "220", "lat": "27"}, "lon"),
        ({"lon": "nan", "lat": "27"}, "lon"), ({"accuracy": "-1"}, "accuracy"), ({"accuracy": "inf"}, "accuracy"),
        ({"taken_at": "gestern"}, "taken_at"), ({"origin": "dream"}, "origin"),
    ],
)  # fmt: skip
def test_a_claim_that_cannot_be_is_refused_by_field(as_, fields, field):
    answer = send(as_("gw"), **fields)
    assert fault(answer) == (422, "invalid")
    assert list(answer.json()["error"]["fields"]) == [field]


@pytest.mark.parametrize(
    ("content", "name", "declared", "expected"),
    [
        (b"", "a.jpg", "image/jpeg", (422, "empty")),
        (b"<html>", "a.jpg", "image/jpeg", (415, "unsupported_media_type")),
        (media.jpeg()[:-3000], "a.jpg", "image/jpeg", (422, "damaged")),
        (media.jpeg(), "a.jpg", "text/html", (422, "mislabelled")),
        (media.bomb(12_000), "a.png", "image/png", (422, "too_many_pixels")),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(as_, content, name, declared, expected):
    assert fault(send(as_("gw"), content, name, declared)) == expected
    assert not Evidence.objects.exists()


def test_a_body_that_is_no_form_or_has_no_file_is_refused(as_):
    assert as_("gw").post(EVIDENCE, {"file": "x"}, format="json").status_code == 415
    answer = as_("gw").post(EVIDENCE, {"origin": "camera"}, format="multipart")
    assert list(answer.json()["error"]["fields"]) == ["file"]


def test_a_huge_file_is_cut_off_by_its_announced_and_its_real_length(as_, settings, people):
    settings.EVIDENCE_PHOTO_MAX_BYTES = settings.EVIDENCE_DOCUMENT_MAX_BYTES = 100_000
    settings.EVIDENCE_VIDEO_MAX_BYTES = 100_000
    assert fault(send(as_("gw"), media.jpeg() + bytes(200_000))) == (413, "too_large")
    assert fault(send(as_("gw"), media.jpeg() + bytes(101_000))) == (413, "too_large")
    assert not Evidence.objects.exists()


def test_a_browsers_session_is_held_to_the_same_limit(client, settings, people):
    settings.EVIDENCE_PHOTO_MAX_BYTES = settings.EVIDENCE_DOCUMENT_MAX_BYTES = 100_000
    settings.EVIDENCE_VIDEO_MAX_BYTES = 100_000
    client.force_login(people["gw"])
    file = SimpleUploadedFile("a.jpg", media.jpeg() + bytes(150_000), "image/jpeg")
    assert fault(client.post(EVIDENCE, {"file": file})) == (413, "too_large")
    assert client.post(EVIDENCE, {"file": SimpleUploadedFile("a.jpg", media.jpeg(), "image/jpeg")}).status_code == 201


def test_who_has_no_case_rights_sends_nothing(as_):
    assert fault(send(as_("auditor")))[0] == 403
    assert send(APIClient()).status_code == 401
    assert send(as_("clerk")).status_code == 201, "departments send too"


def test_the_same_upload_sent_twice_is_one(as_):
    client = as_("gw")
    first, again = (send(client, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert Evidence.objects.count() == 1


# --- who may see it ---------------------------------------------------------------------------------------------------
@pytest.fixture
def case(people) -> Case:
    return Walk(people, catalogue()).case


def used(client, case, *args, **fields) -> str:
    key = sent(client, *args, **fields)["id"]
    Evidence.objects.filter(pk=key).update(case=case, used_at=AT, move="case.comment", purpose="photos")
    return key


ADDRESSES = ["", "file/", "file/?size=thumb", "original/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unused_upload_is_its_senders_alone(as_, address):
    key = sent(as_("gw"))["id"]
    for other in ("acceptor", "manager", "stranger_gw"):
        assert fault(as_(other).get(f"{EVIDENCE}{key}/{address}")) == (404, "not_found")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_to_the_case_does_not_find_its_photos(as_, case, address):
    key = used(as_("gw"), case)
    assert fault(as_("stranger_gw").get(f"{EVIDENCE}{key}/{address}")) == (404, "not_found")
    assert fault(as_("clerk").get(f"{EVIDENCE}{key}/{address}")) == (404, "not_found")
    assert APIClient().get(f"{EVIDENCE}{key}/{address}").status_code == 401
    seen = as_("leader").get(f"{EVIDENCE}{key}/{address}")
    assert seen.status_code == 200
    assert body(seen) if seen.streaming else seen.json()["id"] == key


def test_a_shown_file_is_private_and_inert(as_, case):
    key = used(as_("gw"), case)
    answer = as_("acceptor").get(f"{EVIDENCE}{key}/file/?size=full")
    content = body(answer)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert int(answer.headers["Content-Length"]) == len(content)
    assert {"Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))
    assert b"SecretMaker" not in content
    assert Image.open(io.BytesIO(content)).size == (640, 480)
    thumb = body(as_("acceptor").get(f"{EVIDENCE}{key}/file/?size=thumb"))
    assert Image.open(io.BytesIO(thumb)).size == (480, 360)


def test_what_has_not_changed_is_not_sent_again(as_, case):
    client, key = as_("gw"), sent(as_("gw"))["id"]
    answer = client.get(f"{EVIDENCE}{key}/file/")
    etag = answer.headers["ETag"]
    body(answer)
    assert client.get(f"{EVIDENCE}{key}/file/", headers={"If-None-Match": etag}).status_code == 304
    Evidence.objects.filter(pk=key).update(case=case, used_at=AT, move="case.comment", purpose="photos")
    marked = client.get(f"{EVIDENCE}{key}/file/", headers={"If-None-Match": etag})
    assert marked.status_code == 200, "now it carries the watermark"
    assert body(marked)


def test_a_document_is_always_a_download_and_has_no_thumbnail(as_):
    row = sent(as_("gw"), media.pdf(script=True), "a.pdf", "application/pdf")
    assert (row["thumb_url"], row["pages"]) == (None, 2)
    assert fault(as_("gw").get(f"{EVIDENCE}{row['id']}/file/?size=thumb")) == (404, "not_found")
    assert b"SecretScript" in media.pdf(script=True)
    answer = as_("gw").get(row["file_url"])
    content = body(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert content.startswith(b"%PDF-")
    for secret in (b"SecretAuthor", b"SecretScript", b"JavaScript"):
        assert secret not in content


def test_a_size_that_does_not_exist_is_malformed(as_):
    key = sent(as_("gw"))["id"]
    assert fault(as_("gw").get(f"{EVIDENCE}{key}/file/?size=huge")) == (400, "malformed")


@pytest.mark.parametrize(
    ("asked", "status", "said", "length"),
    [
        ("bytes=0-99", 206, "bytes 0-99/{size}", 100),
        ("bytes=100-", 206, "bytes 100-{last}/{size}", None),
        ("bytes=-50", 206, None, 50),
        ("bytes=0-999999", 206, "bytes 0-{last}/{size}", None),
        ("bytes=999999-", 416, "bytes */{size}", 0),
        ("bytes=5-2", 416, "bytes */{size}", 0),
        ("bytes=0-1,5-9", 200, None, None),
        ("lines=1-2", 200, None, None),
        ("bytes=-", 200, None, None),
    ],
)
def test_players_get_the_part_they_ask_for(as_, asked, status, said, length):
    row = sent(as_("gw"), media.mp4(), "a.mp4", "video/mp4")
    whole = body(as_("gw").get(row["file_url"]))
    answer = as_("gw").get(row["file_url"], headers={"Range": asked})
    assert answer.status_code == status
    if said:
        assert answer.headers["Content-Range"] == said.format(size=len(whole), last=len(whole) - 1)
    if status != 416:
        content = body(answer)
        assert content in whole
        assert len(content) == int(answer.headers["Content-Length"])
        assert length is None or len(content) == length


def test_the_original_is_for_those_who_judge_and_each_time_is_recorded(as_, case):
    content = media.jpeg()
    key = used(as_("gw"), case, content)
    assert fault(as_("gw").get(f"{EVIDENCE}{key}/original/")) == (403, "not_allowed")
    answer = as_("acceptor").get(f"{EVIDENCE}{key}/original/")
    assert body(answer) == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    event = Event.objects.get(kind="evidence.original_taken")
    assert (event.subject_id, event.facts["case"], event.actor_text) == (key, case.number, "acceptor")


def test_nobody_takes_the_original_before_a_case_uses_it(as_):
    key = sent(as_("acceptor"))["id"]
    assert fault(as_("acceptor").get(f"{EVIDENCE}{key}/original/")) == (403, "not_allowed")


def test_showing_a_photo_costs_few_queries(as_, case, django_assert_max_num_queries):
    client, address = as_("acceptor"), f"{EVIDENCE}{used(as_('gw'), case)}/file/"
    for most in (20, 4):  # the first time marks it
        with django_assert_max_num_queries(most):
            body(client.get(address))
