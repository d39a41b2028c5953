"""``manage.py seed_demo`` on an empty database, and where it refuses. What the logins are is in test_demo_logins.py."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from cases.catalogue.models import Category
from cases.journal.models import Event
from citygrid.accounts.models import User
from gridmap.areas.models import Area
from gridmap.demo import logins

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings, tmp_path, monkeypatch):
    settings.DEMO = True
    settings.HOME = tmp_path
    monkeypatch.delenv(logins.VARIABLE, raising=False)
    monkeypatch.setattr("cases.demo.play.fill", lambda **options: None)  # what is played is proved in its own module


def run() -> str:
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_it_refuses_in_a_sentence_where_this_is_no_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"only in a demonstration"):
        run()
    assert not Area.objects.exists()


def test_it_refuses_a_database_with_another_city(demonstration, people):
    with pytest.raises(CommandError, match="already holds a city"):
        run()
    assert not User.objects.filter(is_demo=True).exists()


@pytest.mark.slow
def test_a_second_run_changes_nothing_and_costs_few_queries(
    demonstration, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    with django_capture_on_commit_callbacks(execute=True):
        first = run()
    events = Event.objects.count()
    with django_assert_max_num_queries(40):
        again = run()
    assert again == first
    assert Event.objects.count() == events
    assert Category.objects.count() == 295
    assert Event.objects.filter(kind="area.added").count() == Area.objects.count()
    out = io.StringIO()
    call_command("verify_journal", stdout=out, verbosity=0)
    assert f"whole: {events} events" in out.getvalue()


@pytest.mark.slow
def test_a_failure_half_way_leaves_nothing(demonstration, monkeypatch):
    def fail(**options):
        raise OSError("the disk is full")

    monkeypatch.setattr("cases.management.commands.seed_demo.import_categories", fail)
    with pytest.raises(OSError, match="full"):
        run()
    assert not Area.objects.exists()
    assert not User.objects.exists()
    assert not Event.objects.exists()
