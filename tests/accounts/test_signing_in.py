"""Signing in and out, the lock after wrong passwords, and what the journal keeps of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.core import checks
from django.test import Client
from django.utils import timezone

from citygrid.accounts import signin
from citygrid.accounts.checks import no_demo_accounts
from citygrid.accounts.models import User, UserSession
from citygrid.accounts.roles import Role
from citygrid.common import clock, periodic
from citygrid.common.errors import NotAllowed
from tests import cast

pytestmark = pytest.mark.django_db


def try_in(client: Client, username: str, password: str = cast.PASSWORD, **more: str):
    return client.post("/login/", {"username": username, "password": password, **more})


def test_the_right_password_leads_home_and_is_journaled(people, kinds):
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Chrome/150"})
    answer = try_in(client, "gw")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    session = UserSession.objects.get()
    assert (session.user, session.ip, session.browser) == (people["gw"], "127.0.0.1", "Chrome · Linux")
    assert kinds() == ["account.signed_in"]


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("/rights/?a=1", "/rights/?a=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_one_goes_on_to_a_page_of_this_site_alone(people, wanted, taken):
    assert try_in(Client(), "gw", next=wanted)["Location"] == taken
    assert try_in_again(wanted) == taken


def try_in_again(wanted: str) -> str:
    """Somebody signed in who opens the sign-in page goes on at once."""
    client = Client()
    client.force_login(User.objects.get(username="street"))
    return client.get("/login/", {"next": wanted})["Location"]


@pytest.mark.parametrize("username", ["gw", "nobody", "closed", "demo"])
def test_every_failure_reads_the_same_and_names_nothing(people, username):
    cast.person("closed", Role.ACCEPTOR, department=people["acceptor"].posts.get().department, is_active=False)
    cast.person("demo", Role.ACCEPTOR, department=people["acceptor"].posts.get().department, is_demo=True)
    password = "wrong" if username == "gw" else cast.PASSWORD
    answer = try_in(Client(), username, password)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "Login name or password is wrong. Check both; capital letters count."
    ]


def test_demo_accounts_sign_in_where_the_demo_is_and_nowhere_else(people, settings):
    User.objects.filter(username="gw").update(is_demo=True)
    settings.DEMO = True
    client = Client()
    assert try_in(client, "gw").status_code == 302
    assert client.get("/rights/").status_code == 200
    settings.DEMO = False
    assert client.get("/rights/").status_code == 302, "a session begun in the demo ends with it"


def test_a_production_database_with_demo_accounts_is_reported(people, settings):
    assert no_demo_accounts(databases=["default"]) == []
    User.objects.filter(username="gw").update(is_demo=True)
    assert [fault.id for fault in checks.run_checks(databases=["default"]) if fault.id == "accounts.E001"]
    assert no_demo_accounts(databases=None) == [], "no query unless the database is being checked"
    settings.DEMO = True
    assert no_demo_accounts(databases=["default"]) == []


def test_the_fifth_wrong_password_locks_for_twenty_minutes(people, kinds):
    client = Client()
    codes = [try_in(client, "gw", f"wrong{n}").status_code for n in range(5)]
    assert codes == [422, 422, 422, 422, 429]
    answer = try_in(client, "gw")
    assert answer.status_code == 429
    assert "Wait 20 minutes" in answer.content.decode()
    assert answer["Retry-After"] == "1200"
    assert kinds().count("account.sign_in_failed") == 6
    assert kinds().count("account.locked") == 1
    assert try_in(client, "street").status_code == 302, "the lock is for that name"


@pytest.mark.parametrize(("minutes", "status"), [(19, 429), (21, 302)])
def test_the_lock_ends_by_itself(people, minutes, status):
    client = Client()
    for n in range(5):
        try_in(client, "gw", f"wrong{n}")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes))
    assert try_in(client, "gw").status_code == status


def test_a_success_begins_the_count_anew(people):
    for _round in range(2):
        client = Client()
        for n in range(4):
            assert try_in(client, "gw", f"wrong{n}").status_code == 422
        assert try_in(client, "gw").status_code == 302


def test_the_security_administrator_lifts_a_lock_and_a_clerk_does_not(people, kinds):
    client = Client()
    for n in range(5):
        try_in(client, "gw", f"wrong{n}")
    with pytest.raises(NotAllowed, match="security administrator"):
        signin.lift_lock(user=people["gw"], at=clock.now(), by=people["clerk"])
    signin.lift_lock(user=people["gw"], at=clock.now(), by=people["secadmin"])
    assert kinds()[-1] == "account.lock_lifted"
    assert try_in(client, "gw").status_code == 302


def test_many_names_from_one_address_are_slowed_down_but_an_office_signing_in_is_not(people):
    client = Client()
    for n in range(30):
        assert try_in(client, f"guess{n}").status_code == 422
    answer = try_in(client, "gw")
    assert answer.status_code == 429
    assert "from this address" in answer.content.decode()
    other = Client(REMOTE_ADDR="10.0.0.9")
    for _n in range(35):
        assert try_in(other, "gw").status_code == 302
        other.post("/logout/")


def test_the_journal_keeps_the_given_name_and_never_the_password(people):
    try_in(Client(), "gw", "Secret-Typed-9")
    try_in(Client(), "n" * 61, "Secret-Typed-9")
    events = list(apps.get_model("cases.Event").objects.filter(kind__startswith="account.").order_by("pk"))
    assert [event.facts["given_name"] for event in events] == ["gw"]
    assert events[0].subject_id == str(people["gw"].pk)
    assert "Secret-Typed-9" not in str([event.facts for event in events])


def test_an_unknown_name_is_journaled_without_an_account(people):
    try_in(Client(), "stranger<script>", "x")
    event = apps.get_model("cases.Event").objects.get(kind__startswith="account.")
    assert (event.subject_type, event.facts["given_name"]) == ("accounts.unknown", "stranger<script>")
    assert event.source_ip == "127.0.0.1"


def test_beside_the_journal_no_list_of_sign_ins_is_kept(signed_in):
    signed_in("gw").post("/logout/")
    assert not AccessLog.objects.exists()


def test_failures_are_forgotten_when_they_lock_nobody_out_any_more(people, later):
    (job,) = (job for job in periodic.jobs() if job.name == "accounts.purge_failures")
    try_in(Client(), "gw", "wrong")
    for minutes, left in ((19, 1), (20, 0)):
        job.run(later(minutes=minutes))
        assert AccessAttempt.objects.count() == left


def test_signing_out_takes_a_post_and_ends_the_session(signed_in, kinds):
    client = signed_in("gw")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert not UserSession.objects.exists()
    assert client.get("/rights/")["Location"] == "/login/?next=/rights/"
    assert kinds()[-1] == "account.signed_out"


def test_the_form_needs_its_safety_mark(people):
    client = Client(enforce_csrf_checks=True)
    assert try_in(client, "gw").status_code == 403
    mark = client.get("/login/").cookies["csrftoken"].value
    assert try_in(client, "gw", csrfmiddlewaretoken=mark).status_code == 302
