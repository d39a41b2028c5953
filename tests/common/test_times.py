"""Times come back from PostgreSQL as they are, whatever digits they have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

from citygrid.common.times import TimeLoader

pytestmark = [pytest.mark.django_db, pytest.mark.postgis]
TIMES = [
    datetime(2026, 3, 2, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 1, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 1, 0, 0, 500_000, tzinfo=UTC),
    datetime(2026, 3, 2, 1, 0, 0, 120_000, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


def asked(sql: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps times as texts")


@pytest.mark.parametrize("at", TIMES, ids=str)
def test_a_time_comes_back_in_utc(at):
    found = asked("SELECT %s::timestamptz", at)
    assert found == at
    assert found.utcoffset() == timedelta(0)
    assert found.tzinfo is UTC


def test_it_is_the_loader_of_the_connection():
    asked("SELECT 1")
    assert connection.connection.adapters.get_loader(1184, 0) is TimeLoader


def test_a_session_in_another_zone_gives_the_same_instant():
    asked("SELECT set_config('timezone', 'Asia/Kathmandu', true)")
    assert asked("SELECT %s::timestamptz", TIMES[0]) == TIMES[0]


@pytest.mark.parametrize("text", ["infinity", "44-03-15 BC", "10000-01-01"])
def test_what_no_datetime_can_hold_is_an_error(text):
    with pytest.raises(DataError):
        asked("SELECT %s::timestamptz", text)
