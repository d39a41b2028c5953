"""What probes are told: alive without the database, ready only with everything, and nothing more than that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from citygrid.common import clock, health
from citygrid.common.worker import beat

GOOD = {"database": "ok", "migrations": "ok", "channel_layer": "ok", "worker": "ok"}


@pytest.fixture
def working(db):
    """A worker that has just given a sign of life."""
    beat(worker="w", at=clock.now())


def test_alive_is_answered_without_the_database(client):
    # No db fixture: a query would fail the test.
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-cache" in response["Cache-Control"]


def test_ready_names_every_check(client, working):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "checks": GOOD})


@pytest.mark.django_db
def test_not_ready_without_a_worker(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]) == (503, {**GOOD, "worker": "failed"})


@pytest.mark.parametrize(("seconds", "status"), [(55, 200), (65, 503)])
def test_a_worker_may_be_silent_for_a_minute(client, db, seconds, status):
    beat(worker="w", at=clock.now() - timedelta(seconds=seconds))
    assert client.get("/readyz").status_code == status


def test_what_is_broken_is_logged_and_not_told(client, working, monkeypatch, caplog):
    def broken():
        raise OperationalError("could not connect to db.internal as city")

    monkeypatch.setitem(health.CHECKS, "database", broken)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"
    assert "internal" not in response.content.decode()
    assert "db.internal" in caplog.text


def test_an_unapplied_migration_makes_it_not_ready(client, working):
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder.Migration.objects
    recorder.filter(app="cases", name=recorder.filter(app="cases").latest("name").name).delete()
    assert client.get("/readyz").json()["checks"] == {**GOOD, "migrations": "failed"}


def test_a_channel_layer_that_does_not_answer_makes_it_not_ready(client, working, settings, monkeypatch):
    monkeypatch.setattr(health, "get_channel_layer", lambda: None)
    assert client.get("/readyz").json()["checks"] == {**GOOD, "channel_layer": "failed"}


def test_a_message_that_never_arrives_is_given_up(monkeypatch):
    from channels.layers import InMemoryChannelLayer

    class Deaf(InMemoryChannelLayer):
        async def send(self, channel, message):
            return None

    monkeypatch.setattr(health, "get_channel_layer", Deaf)
    monkeypatch.setattr(health, "CHANNEL_SECONDS", 0.1)
    with pytest.raises(TimeoutError):
        health.channel_layer_delivers()


def test_probes_over_plain_http_are_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/login/").status_code == 301


def test_probes_only_read(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
