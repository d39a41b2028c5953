"""Runs the periodic jobs and shows that it is alive. Any number of workers may run side by side.

A slot of a job is claimed by inserting its :class:`PeriodicRun`; the unique key lets one worker win. A run whose worker
died stays as a row without ``finished_at``, and the job goes on with its next slot.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.db.models import Q

from citygrid.common import clock
from citygrid.common.models import Heartbeat, PeriodicRun
from citygrid.common.periodic import Job, jobs

BEAT_EVERY = timedelta(seconds=5)
LOOK_EVERY = timedelta(seconds=1)
KEEP_DONE = timedelta(days=1)
KEEP_FAULTS = timedelta(days=30)  # runs with a fault and runs that never finished: a person wants to find them
PRUNE_EVERY = timedelta(hours=1)

log = structlog.get_logger("citygrid.worker")


def own_name() -> str:
    """Return this process's name: host and process number."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def beat(*, worker: str, at: datetime) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": at})


def run_due(*, worker: str, at: datetime, only: Iterable[Job] | None = None) -> list[PeriodicRun]:
    """Run every job whose slot at ``at`` nobody has claimed; return the runs made, failed ones with their fault.

    A failing job is logged and noted; it neither stops the others nor is it tried again before its next slot.
    """
    made = []
    for job in jobs() if only is None else only:
        run = _claim(job, worker=worker, at=at)
        if run is not None:
            _carry_out(job, run, at=at)
            made.append(run)
    return made


def _claim(job: Job, *, worker: str, at: datetime) -> PeriodicRun | None:
    slot = job.slot(at)
    if PeriodicRun.objects.filter(job=job.name, slot=slot).exists():  # spares the database's log a failed insert
        return None
    try:
        with transaction.atomic():
            return PeriodicRun.objects.create(job=job.name, slot=slot, worker=worker)
    except IntegrityError:
        return None


def _carry_out(job: Job, run: PeriodicRun, *, at: datetime) -> None:
    try:
        job.run(at)
    except Exception as fault:
        log.exception("periodic job failed", job=job.name, slot=run.slot.isoformat())
        run.fault = f"{type(fault).__name__}: {fault}"[:2000]
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at", "fault"])


def prune(*, at: datetime) -> int:
    """Delete what nobody will ask for again; return how many rows."""
    done, _ = PeriodicRun.objects.filter(slot__lt=at - KEEP_DONE, fault="").exclude(finished_at=None).delete()
    old, _ = PeriodicRun.objects.filter(Q(slot__lt=at - KEEP_FAULTS)).delete()
    dead, _ = Heartbeat.objects.filter(beat_at__lt=at - KEEP_DONE).delete()
    return done + old + dead


class Worker:
    """The loop around :func:`run_due`: one process, one main thread for jobs, one more for the heartbeat.

    The heartbeat has a thread of its own so that a long job does not look like a dead worker.
    """

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self.name = own_name()
        self.now = now
        self.stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end after the job it is in. Safe in a signal handler."""
        self.stopping.set()

    def run(self) -> None:
        """Run until :meth:`stop`. A database that is away for a while is waited for."""
        log.info("worker started", worker=self.name, jobs=[job.name for job in jobs()])
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        pruned = None
        while not self.stopping.wait(LOOK_EVERY.total_seconds()):
            at = self.now()
            try:
                run_due(worker=self.name, at=at)
                if pruned is None or at - pruned >= PRUNE_EVERY:
                    prune(at=at)
                    pruned = at
            except DatabaseError:
                log.exception("database not usable, trying again")
            close_old_connections()
        heart.join()
        log.info("worker stopped", worker=self.name)

    def _beat(self) -> None:
        while True:
            try:
                if self.stopping.is_set():
                    Heartbeat.objects.filter(worker=self.name).delete()
                else:
                    beat(worker=self.name, at=self.now())
            except DatabaseError:
                log.exception("heartbeat not written, trying again")
            close_old_connections()
            if self.stopping.is_set():
                connection.close()
                return
            self.stopping.wait(BEAT_EVERY.total_seconds())
