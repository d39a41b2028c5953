"""Periodic jobs: due once, whoever else looks; a fault stops nothing; a worker shows that it is alive."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from citygrid.common import periodic, worker
from citygrid.common.models import Heartbeat, PeriodicRun
from tests import templates

ROOT = Path(__file__).resolve().parent.parent.parent
NOON = datetime(2026, 3, 1, 4, 0, 7, tzinfo=UTC)  # seven seconds past noon in Shanghai
MINUTE = timedelta(minutes=1)


@pytest.fixture
def register(monkeypatch):
    """Register jobs in an empty registry."""
    monkeypatch.setattr(periodic, "_jobs", {})
    return periodic.register


# --- rhythm -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "due"),
    [
        (MINUTE, datetime(2026, 3, 1, 4, 0, tzinfo=UTC)),
        (timedelta(seconds=5), datetime(2026, 3, 1, 4, 0, 5, tzinfo=UTC)),
        (timedelta(hours=1), datetime(2026, 3, 1, 4, 0, tzinfo=UTC)),
        (timedelta(days=1), datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),  # midnight in Shanghai
    ],
)
def test_a_job_is_due_on_the_round_minute_hour_and_local_midnight(every, due):
    assert periodic.Job("job", every, print).slot(NOON) == due


def test_a_due_moment_belongs_to_its_own_slot():
    job = periodic.Job("job", MINUTE, print)
    assert job.slot(job.slot(NOON)) == job.slot(NOON)


def test_a_name_is_given_once_and_no_job_runs_continuously(register):
    register("job", MINUTE, print)
    with pytest.raises(ValueError, match="job exists already"):
        register("job", MINUTE, print)
    with pytest.raises(ValueError, match="more often than once a second"):
        register("other", timedelta(milliseconds=10), print)


def test_the_products_own_jobs_are_registered():
    names = {job.name for job in periodic.jobs()}
    assert {"publish the journal", "seal the journal", "accounts.purge_sessions"} <= names


# --- runs -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_job_runs_once_per_slot_and_is_told_the_moment(register):
    told: list[datetime] = []
    register("job", MINUTE, told.append)
    for at in (NOON, NOON + timedelta(seconds=20), NOON + MINUTE):
        worker.run_due(worker="w", at=at)
    assert told == [NOON, NOON + MINUTE]
    assert PeriodicRun.objects.exclude(finished_at=None).filter(fault="").count() == 2


@pytest.mark.django_db
def test_slots_missed_while_nobody_worked_are_not_caught_up(register):
    told: list[datetime] = []
    register("job", MINUTE, told.append)
    worker.run_due(worker="w", at=NOON)
    worker.run_due(worker="w", at=NOON + timedelta(hours=3))
    assert len(told) == 2


@pytest.mark.django_db
def test_a_failing_job_is_noted_and_stops_no_other(register, caplog):
    told: list[datetime] = []

    def broken(at):
        raise RuntimeError("the disk is full")

    register("broken", MINUTE, broken)
    register("sound", MINUTE, told.append)
    runs = worker.run_due(worker="w", at=NOON)
    assert told == [NOON]
    assert [(run.job, run.fault) for run in runs] == [("broken", "RuntimeError: the disk is full"), ("sound", "")]
    assert PeriodicRun.objects.get(job="broken").finished_at is not None
    assert "the disk is full" in caplog.text


@pytest.mark.django_db
def test_a_failed_job_is_tried_again_at_its_next_slot_and_not_before(register):
    tries = []

    def broken(at):
        tries.append(at)
        raise RuntimeError

    register("broken", MINUTE, broken)
    for seconds in (0, 10, 60):
        worker.run_due(worker="w", at=NOON + timedelta(seconds=seconds))
    assert tries == [NOON, NOON + MINUTE]


@pytest.mark.django_db
def test_the_run_of_a_worker_that_died_stays_visible_and_the_job_goes_on(register):
    told: list[datetime] = []
    register("job", MINUTE, told.append)
    PeriodicRun.objects.create(job="job", slot=periodic.jobs()[0].slot(NOON), worker="dead")
    worker.run_due(worker="w", at=NOON)
    assert told == []
    worker.run_due(worker="w", at=NOON + MINUTE)
    worker.prune(at=NOON + timedelta(days=2))
    assert PeriodicRun.objects.get(finished_at=None).worker == "dead"
    assert told == [NOON + MINUTE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_workers_that_look_at_the_same_time_make_one_effect(register):
    effects, count = [], 6
    jobs = [f"job {n}" for n in range(5)]
    for name in jobs:
        register(name, MINUTE, lambda at, name=name: effects.append(name))
    line = threading.Barrier(count)

    def look():
        line.wait()
        try:
            worker.run_due(worker=threading.current_thread().name, at=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects) == jobs
    assert PeriodicRun.objects.count() == len(jobs)


@pytest.mark.django_db
def test_old_rows_go_and_faults_stay_longer():
    def run(days, **fields):
        return PeriodicRun.objects.create(job="job", slot=NOON - timedelta(days=days), worker="w", **fields).pk

    run(2, finished_at=NOON)
    run(40, finished_at=NOON, fault="broken")
    run(41)
    kept = {run(0.5, finished_at=NOON), run(3, finished_at=NOON, fault="broken"), run(4)}
    worker.beat(worker="long gone", at=NOON - timedelta(days=2))
    worker.beat(worker="here", at=NOON)
    assert worker.prune(at=NOON) == 4
    assert set(PeriodicRun.objects.values_list("pk", flat=True)) == kept
    assert [row.worker for row in Heartbeat.objects.all()] == ["here"]


@pytest.mark.django_db
def test_a_second_sign_of_life_replaces_the_first():
    worker.beat(worker="w", at=NOON)
    worker.beat(worker="w", at=NOON + MINUTE)
    assert Heartbeat.objects.get().beat_at == NOON + MINUTE


# --- the command ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_once_runs_what_is_due_and_tells(register, capsys):
    register("job", MINUTE, lambda at: None)
    call_command("worker", "--once")
    assert capsys.readouterr().out == "job: done\n"


@pytest.mark.django_db
def test_once_fails_when_a_job_failed(register, capsys):
    register("job", MINUTE, lambda at: 1 / 0)
    with pytest.raises(CommandError, match="At least one job failed"):
        call_command("worker", "--once")
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_beats_runs_its_jobs_and_stops_cleanly(tmp_path, number):
    environment = {**os.environ, "CITYGRID_HOME": str(tmp_path), "LOG_LEVEL": "INFO", "LOG_FORMAT": "json"}
    environment.pop("DATABASE_URL", None)

    def counted(runs):
        """Return how many workers are alive, and how many runs of that kind there are."""
        with closing(sqlite3.connect(f"file:{tmp_path}/citygrid.sqlite3?mode=ro", uri=True, timeout=20)) as beside:
            return beside.execute(
                f"SELECT (SELECT count(*) FROM common_heartbeat), count(*) FROM common_periodicrun WHERE {runs}"  # noqa: S608
            ).fetchone()

    templates.lay(tmp_path / "citygrid.sqlite3")
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "manage.py", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=-1, text=True)  # noqa: S603 - our own
    until = time.monotonic() + 30
    while (seen := counted("finished_at IS NOT NULL"))[0] != 1 or not seen[1]:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0, log
    assert "worker stopped" in log.splitlines()[-1]
    assert counted("finished_at IS NULL") == (0, 0)
