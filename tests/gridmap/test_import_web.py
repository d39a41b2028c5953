"""The import page: look first, then import; for those who manage areas, within their own."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from shapely.geometry import box

from cases.journal.models import Event
from gridmap.areas.models import Area
from gridmap.importing.files import workspace
from tests import cast
from tests.gridmap import import_files as files

pytestmark = pytest.mark.django_db
PAGE = "/areas/import/"


def signed_in(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="citygrid.accounts.backends.PasswordBackend")
    return client


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture
def admin(people) -> Client:
    return signed_in(people["sysadmin"])


def upload(tmp_path, rows, name="网格.geojson") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.geojson(tmp_path / "made.geojson", rows).read_bytes())


def choices(**more):
    return {"level": "grid", "crs": "auto", "action": "look", **more}


@pytest.mark.parametrize("name", ["gw", "street", "dispatcher", "manager", "auditor", "secadmin", "stranger_gw"])
def test_it_is_closed_to_those_who_do_not_manage_areas(people, name):
    assert signed_in(people[name]).get(PAGE).status_code == 403
    assert signed_in(people[name]).post(PAGE, choices()).status_code == 403


def test_it_asks_strangers_to_sign_in(db):
    assert Client().get(PAGE).headers["Location"].startswith("/login")


def test_a_look_reports_and_writes_nothing(admin, tmp_path, city):
    page = admin.post(PAGE, choices(file=upload(tmp_path, files.squares())))
    assert page.status_code == 200
    assert page.context["report"].counts["new"] == 2
    assert "网格编码" in page.content.decode()
    assert 'value="apply"' in page.content.decode()
    assert Area.objects.count() == len(city)


def test_after_the_look_the_same_file_is_imported(admin, tmp_path, people, city):
    admin.post(PAGE, choices(file=upload(tmp_path, files.squares())))
    answer = admin.post(PAGE, choices(action="apply"))
    assert answer.status_code == 302
    assert Area.objects.count() == len(city) + 2
    fact = Event.objects.get(kind="areas.imported")
    assert (fact.subject_text, fact.actor_id) == ("网格.geojson", people["sysadmin"].pk)
    assert not list(workspace().glob("*.geojson"))


def test_other_choices_are_looked_at_before_they_are_imported(admin, tmp_path, city):
    admin.post(PAGE, choices(file=upload(tmp_path, files.squares())))
    page = admin.post(PAGE, choices(action="apply", parent=cast.EMPTY_COMMUNITY))
    assert page.status_code == 200
    assert Area.objects.count() == len(city)
    admin.post(PAGE, choices(action="apply", parent=cast.EMPTY_COMMUNITY))
    assert Area.objects.count() == len(city) + 2


def test_a_file_is_never_imported_unseen(admin, tmp_path, city):
    page = admin.post(PAGE, choices(action="apply", file=upload(tmp_path, files.squares())))
    assert page.status_code == 200
    assert Area.objects.count() == len(city)


def test_what_was_chosen_is_kept_when_something_is_wrong(admin, tmp_path):
    page = admin.post(PAGE, choices(file=upload(tmp_path, files.squares()), crs="EPSG:4549", mapping="code=nope"))
    text = page.content.decode()
    assert "nope" in text
    assert "网格编码, 网格名称" in text
    assert '<option value="EPSG:4549" selected>' in text
    assert 'value="apply"' not in text
    page = admin.post(PAGE, choices(mapping="code=网格编码"))
    assert page.context["report"].counts["new"] == 2


@pytest.mark.parametrize(("name", "content"), [("a.geojson", b"{"), ("a.exe", b"MZ"), ("a.zip", b"PK")])
def test_a_bad_file_is_refused_in_a_sentence(admin, name, content):
    page = admin.post(PAGE, choices(file=SimpleUploadedFile(name, content)))
    assert page.status_code == 200
    assert name in page.context["form"].non_field_errors()[0]


def test_without_a_file_there_is_nothing_to_look_at(admin):
    page = admin.post(PAGE, choices())
    assert page.context["form"].non_field_errors() == ["Choose a file to import."]


def test_rows_that_cannot_be_used_are_listed(admin, tmp_path):
    page = admin.post(PAGE, choices(file=upload(tmp_path, [(files.squares()[0][0], None)])))
    assert "Row 1 cannot be used: it has no outline." in page.content.decode()
    assert 'value="apply"' not in page.content.decode()


def test_a_mapping_of_another_form_is_refused_at_its_field(admin, tmp_path):
    page = admin.post(PAGE, choices(file=upload(tmp_path, files.squares()), mapping="code"))
    assert "field=column" in page.context["form"].errors["mapping"][0]


def test_nobody_imports_into_areas_of_others(people, city, tmp_path):
    from citygrid.accounts.roles import Role

    local = cast.person("local_admin", Role.SYSADMIN, area=city[cast.THEIRS])
    client = signed_in(local)
    page = client.post(PAGE, choices(file=upload(tmp_path, files.squares())))
    assert page.status_code == 403
    rows = [({"code": f"{cast.THEIR_COMMUNITY}002", "name": "x"}, box(120.18, 27.33, 120.19, 27.34))]
    client.post(PAGE, choices(file=upload(tmp_path, rows)))
    client.post(PAGE, choices(action="apply"))
    assert Area.objects.filter(code=f"{cast.THEIR_COMMUNITY}002").exists()


def test_nobody_imports_a_new_top(admin, tmp_path):
    rows = [({"区县名称": "某县"}, box(110, 30, 110.1, 30.1))]
    assert admin.post(PAGE, choices(level="county", file=upload(tmp_path, rows))).status_code == 403
