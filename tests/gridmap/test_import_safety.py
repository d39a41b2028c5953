"""Killed in the middle, an import leaves the old state; of two at once one is refused in words."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from shapely.geometry import box

from cases.journal.models import Event
from citygrid.common.errors import Conflict
from gridmap.areas.models import Area, AreaLink, AreaVersion, Grid
from gridmap.divisions.run import import_divisions
from gridmap.importing.lock import one_import
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import NOON, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent
MANY = 3000


@pytest.fixture
def big_file(tmp_path, city):
    """So many grids that writing them takes a moment."""
    rows = []
    for n in range(MANY):
        west, south = 120.22 + n % 60 / 3000, 27.33 + n // 60 / 2500
        rows.append(
            (
                {"code": f"{cast.EMPTY_COMMUNITY}{n:04}", "name": f"第{n}网格"},
                box(west, south, west + 1 / 3000, south + 1 / 2500),
            )
        )
    return files.geojson(tmp_path / "big.geojson", rows)


def start(path: Path) -> subprocess.Popen[str]:
    """The command in a process of its own, on the database of this test."""
    said = connection.settings_dict
    if connection.vendor == "postgresql":
        port = f":{said['PORT']}" if said["PORT"] else ""
        who = f"{quote(said['USER'])}:{quote(said['PASSWORD'])}"
        address = f"postgis://{who}@{port}/{said['NAME']}?host={said['HOST']}"  # a name, or the folder of a socket
    else:
        address = f"spatialite:///{said['NAME']}"
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "manage.py", "import_areas", str(path), "--level", "grid"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": address, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def state() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Area, AreaLink, AreaVersion, Grid, Event))


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_at_any_moment_the_old_state_stays(big_file):
    before = state()
    began = time.monotonic()
    process = start(big_file)
    assert process.stdout
    for line in process.stdout:
        if '"total": 4' in line:  # the first of the four steps of writing is done, the rows are being written
            break
    else:
        raise AssertionError("The import ended before it could be killed.")
    kill(process)
    lasted = time.monotonic() - began
    assert state() == before
    chance = random.Random(7)
    for _attempt in range(4):
        process = start(big_file)
        time.sleep(lasted * chance.uniform(0.3, 1.0))
        kill(process)
        assert state() in (before, after_whole(before)), "only a part of the import was kept"
        if state() != before:
            return  # the machine was quicker than the kill: the whole import is there
    # Nothing the dead left behind is in the way.
    process = start(big_file)
    said, _none = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert state() == after_whole(before)


def after_whole(before: tuple[int, ...]) -> tuple[int, ...]:
    areas, links, versions, grids, events = before
    return areas + MANY, links + MANY * 6, versions + MANY, grids + MANY, events + 1


def test_two_processes_at_once_leave_one_import(big_file):
    before = state()
    processes = [start(big_file), start(big_file)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    codes = sorted(process.returncode for process in processes)
    assert codes in ([0, 1], [0, 0]), said
    areas, links, versions, grids, _events = after_whole(before)
    assert state()[:4] == (areas, links, versions, grids)
    assert all("Traceback" not in text for text in said)


@pytest.fixture
def another_import():
    """An import that is running: somebody else holds the lock until the test ends."""
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with one_import():
                holding.set()
                done.wait(60)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(30)

    def end() -> None:
        done.set()
        holder.join()

    yield end
    end()


def test_while_one_import_runs_another_is_refused_in_words(big_file, another_import, settings):
    settings.LANGUAGE_CODE = "en"
    before = state()
    with pytest.raises(Conflict, match="Another import of areas is running"):
        run(big_file)
    assert state() == before
    another_import()
    assert run(big_file).applied


def test_while_an_import_runs_no_code_table_is_applied(city, tmp_path, another_import):
    table = tmp_path / "provinces.csv"
    table.write_text("code,name\n35,福建省\n44,广东省\n", "utf-8")
    with pytest.raises(Conflict):
        import_divisions(path=table, at=NOON, apply_it=True)
    assert not Area.objects.filter(code="44").exists()
    another_import()
    assert import_divisions(path=table, at=NOON, apply_it=True).applied
