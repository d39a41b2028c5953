"""The periodic jobs that ``manage.py worker`` runs. Apps announce theirs when Django starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

_FINEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: its name in the journal of runs, its rhythm, and the function that gets the moment it is run for."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]

    def slot(self, at: datetime) -> datetime:
        """Return the latest due moment at or before ``at``.

        Slots are counted from midnight in ``TIME_ZONE``, so a daily job is due at midnight and an hourly one on the
        hour. (Where clocks change, slots stay an hour off until they change back.)
        """
        anchor = datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())
        return anchor + (at - anchor) // self.every * self.every


_jobs: dict[str, Job] = {}


def register(name: str, every: timedelta, run: Callable[[datetime], object]) -> None:
    """Announce a job. Slots missed while no worker ran are not caught up: ``run`` must look at what is due, not count.

    Raises ``ValueError`` when the name is taken or the rhythm is finer than a second.
    """
    if name in _jobs:
        raise ValueError(f"A periodic job named {name} exists already.")
    if every < _FINEST:
        raise ValueError(f"{name} cannot run more often than once a second.")
    _jobs[name] = Job(name, every, run)


def jobs() -> tuple[Job, ...]:
    """Return all announced jobs, in the order of their announcement."""
    return tuple(_jobs.values())
