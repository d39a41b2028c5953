"""Fixtures shared by all tests. The cast is described in tests/cast.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from citygrid.accounts.models import User
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from tests import cast, kept, templates
from tests.unguarded import let_tests_flush

let_tests_flush()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the second of two runs asks for."""
    parser.addoption("--other-engine", action="store_true", help="leave out what does not ask the database")


SHARED = ("browser", "one_worker")  # what a module sets up takes long, so its tests stay together


@pytest.hookimpl(wrapper=True)  # begins before the plugin that spreads the tests, which is registered later
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Keep modules together, and on the second engine leave out what has nothing to do with the engine."""
    for item in items:
        if any(item.get_closest_marker(name) for name in SHARED):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    if config.getoption("--other-engine"):
        wanted: list[pytest.Item] = []
        rest: list[pytest.Item] = []
        for item in items:
            asks = any(item.get_closest_marker(name) for name in ("django_db", "browser", "postgis", "redis"))
            names = getattr(item, "fixturenames", ())
            (wanted if asks or "db" in names or "django_db_setup" in names else rest).append(item)
        config.hook.pytest_deselected(items=rest)
        items[:] = wanted
    return (yield)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Begin with a copy of an empty database where there is one; see tests/templates.py."""
    return bool(request.config.getvalue("reuse_db")) or (templates.usable() and templates.fetch())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> None:
    """Keep a copy of the empty database for the next time."""
    if templates.usable() and not django_db_keepdb:
        with django_db_blocker.unblock():
            templates.store()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let refusals speak the language of the sources, in which the tests quote them; pages follow the request."""
    with translation.override("en"):
        yield


@pytest.fixture
def city(db: None) -> dict[str, Area]:
    """The areas of the test city, by code."""
    return kept.built("city", cast.build_city)


@pytest.fixture
def departments(city: dict[str, Area]) -> dict[str, Department]:
    """Its departments, by code."""
    return kept.built("departments", lambda: cast.build_departments(city))


@pytest.fixture
def people(city: dict[str, Area], departments: dict[str, Department], settings: Any) -> dict[str, User]:
    """One person in every role, and two strangers of the neighbouring street, by login name."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return kept.built("people", lambda: cast.build_people(city, departments))


@pytest.fixture
def shared() -> Path:
    """The folder of real sample data; the test is skipped where there is none."""
    root = Path(os.environ.get("CITYGRID_SHARED", Path(__file__).parent.parent.parent / "shared"))
    if not (root / "data").is_dir():
        pytest.skip("CITYGRID_SHARED names no folder with sample data")
    return root
