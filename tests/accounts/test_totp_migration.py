"""Keys of authenticator apps that an earlier version stored open are encrypted, and still open the door."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from axes.models import AccessLog
from django.apps import apps
from django.db import connection

from citygrid.accounts.totp import TotpDevice

moving = import_module("citygrid.accounts.migrations.0003_encrypt_totp_keys")
KEY = "12" * 20
FAILED = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return SimpleNamespace(connection=connection)


def stored_keys(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key FROM {table}")  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


@pytest.fixture
def old_row(people):
    """The table as django-otp made it, with one key in it."""
    postgresql = connection.vendor == "postgresql"
    truth, moment = ("boolean", "timestamp with time zone") if postgresql else ("bool", "datetime")
    failed = FAILED if postgresql else FAILED.replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {moving.OLD} (id integer PRIMARY KEY, name varchar(64), confirmed {truth}, key varchar(80),"
            " step smallint, t0 bigint, digits smallint, tolerance smallint, drift smallint, last_t bigint,"
            f" user_id bigint, throttling_failure_count integer, throttling_failure_timestamp {moment},"
            f" created_at {moment}, last_used_at {moment})"
        )
        cursor.execute(
            f"INSERT INTO {moving.OLD} VALUES (7, 'totp', %s, %s, 30, 0, 6, 1, -1, 59000000, %s, 2, %s, NULL, NULL)",  # noqa: S608
            [True, KEY, people["gw"].pk, failed],
        )


def test_keys_are_moved_and_encrypted(people, old_row, editor):
    assert stored_keys(moving.OLD) == [KEY]
    moving.move_keys(apps, editor)
    (device,) = TotpDevice.objects.all()
    assert (device.user, device.key, device.drift, device.last_t) == (people["gw"], KEY, -1, 59_000_000)
    assert device.confirmed
    assert (device.throttling_failure_count, device.throttling_failure_timestamp) == (2, FAILED)
    (stored,) = stored_keys(TotpDevice._meta.db_table)
    assert KEY not in stored
    assert moving.OLD not in connection.introspection.table_names()


def test_a_new_installation_has_nothing_to_move(db, editor):
    moving.move_keys(apps, editor)
    assert not TotpDevice.objects.exists()


def test_the_list_of_sign_ins_beside_the_journal_is_emptied(db, editor):
    AccessLog.objects.create(username="gw", ip_address="10.0.0.1", path_info="/login/")
    moving.empty_access_log(apps, editor)
    assert not AccessLog.objects.exists()
