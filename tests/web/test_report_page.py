"""The form of a report without a browser: nothing typed is lost, nothing is made twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.casework.models import Case
from cases.evidence.models import Evidence
from citygrid.common import clock
from tests import cast
from tests.cases.media import encoded, picture
from tests.cases.walk import Walk, catalogue
from tests.web.case_pages import EN, post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(people) -> Walk:
    """A case reported an hour ago."""
    return Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    """Keep uploads out of the house."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sent(people) -> dict[str, str]:
    """A report as a browser without script sends it."""
    return {
        "category": "CJ214-E0102", "description": "垃圾", "position": "120.205,27.335", "accuracy": "8",
        "address": "大榕树下", "client_request_id": "once",
    }  # fmt: skip


def a_file(seed: int = 1) -> Any:
    return SimpleUploadedFile("a.jpg", encoded(picture(seed=seed), "JPEG"), "image/jpeg")


def test_a_report_needs_no_script_and_is_made_once_however_often_it_is_sent(people, sent):
    catalogue()
    client = signed_in(people["gw"])
    first = client.post("/cases/report/", sent | {"photos_file": a_file()}, headers=EN)
    again = client.post("/cases/report/", sent | {"photos_file": a_file()}, headers=EN)
    case = Case.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"/cases/{case.number}/"
    assert (case.accuracy_m, case.address, case.evidence.count()) == (8, "大榕树下", 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"description": " "}, "Describe the problem"),
        ({"category": ""}, "Choose what kind of problem it is"),
        ({"position": ""}, "Say where it is"),
        ({"position": "121.9,27.335"}, "outside the city"),
    ],
)
def test_a_refused_report_keeps_what_was_typed_and_the_photo(people, sent, change, said):
    catalogue()
    answer = post(people["gw"], "/cases/report/", **sent | change, photos_file=a_file())
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    kept = Evidence.objects.get()
    assert f'name="photos" value="{kept.pk}"' in page
    assert 'value="大榕树下"' in page
    answer = post(people["gw"], "/cases/report/", **sent, photos=str(kept.pk))
    assert answer.status_code == 302
    assert Case.objects.get().evidence.get() == kept


def test_a_file_that_is_no_photo_is_refused_beside_its_field(people, sent):
    catalogue()
    fake = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    answer = post(people["gw"], "/cases/report/", **sent, photos_file=fake)
    assert answer.status_code in (415, 422)
    assert "errorlist" in answer.content.decode()
    assert not Case.objects.exists()


def test_who_does_not_report_is_told_who_does(people):
    answer = signed_in(people["manager"]).get("/cases/report/", headers=EN)
    assert answer.status_code == 403
    assert "grid worker" in answer.content.decode()


def test_the_form_offers_open_cases_nearby_with_the_grid(people, walk):
    page = see(people["gw"], "/cases/report/nearby/", position="120.2051,27.3351")
    assert walk.case.number in page
    assert cast.GRIDS[0] in page
    assert walk.case.number not in see(people["gw"], "/cases/report/nearby/", position="120.207,27.337")
    assert walk.case.number not in see(people["gw"], "/cases/report/nearby/", position="120.205,27.335", category="X")
    assert "outside the city" in see(people["gw"], "/cases/report/nearby/", position="121.9,27.335")
    assert walk.case.number not in see(people["stranger_gw"], "/cases/report/nearby/", position="120.205,27.335")
