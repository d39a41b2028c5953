"""Plays the stories in the order of time, as one city lives them: deeds, deadlines that pass, dates that come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Min, Q
from django.utils import translation

from cases.casework import timely
from cases.casework.models import Case
from cases.deadlines import escalation
from cases.deadlines.models import Clock
from cases.demo import asking, calls, centre, department, field, repertoire, summoning
from cases.demo.cast import Cast
from cases.demo.neighbourhood import NEIGHBOURHOOD_DEEDS, lay_lanes
from cases.demo.neighbourhood_lines import NEIGHBOURHOOD_LINES
from cases.demo.places import Places
from cases.demo.plan import MARK, SUPERVISED, Story, stories
from cases.demo.scene import Scene
from cases.demo.script import Word
from cases.demo.ticket_lines import TICKET_LINES
from cases.demo.whistle_lines import WHISTLE_LINES
from cases.demo.words import say
from cases.hotline.maintain import supervise
from cases.whistles import timely as whistles_timely
from gridmap.departments.models import Department

COUNT, TICKETS, WHISTLES = 180, 95, 60
DEEDS = {
    **centre.DEEDS, **department.DEEDS, **field.DEEDS, **asking.DEEDS, **calls.TICKET_DEEDS, **summoning.WHISTLE_DEEDS,
    **NEIGHBOURHOOD_DEEDS,
    **{f"{who}.decide": asking.decide for who in ("t", "t2", "t3")},
}  # fmt: skip
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def is_filled() -> bool:
    """Whether the city has its demonstration cases."""
    return Case.objects.filter(client_request_id__startswith=MARK).exists()


@transaction.atomic
def fill(*, at: datetime, count: int = COUNT, tickets: int = TICKETS, whistles: int = WHISTLES) -> list[Story]:
    """Give the demonstration city the casework of the fortnight up to ``at``, and return what was played.

    So many stories of cases, tickets and whistles; every storyline at least once.

    Every deed goes through the doors that people use, with its own instant. Raises whatever they refuse; then nothing
    is left but files without a row, which the sweep of unused evidence removes.
    """
    cast = Cast(at)
    kit = repertoire.load(cast, at)
    chosen = [
        *stories(kit, at=at, count=count),
        *stories(kit, at=at, count=tickets, lines=TICKET_LINES, mark=f"{MARK}t-"),
        *stories(kit, at=at, count=whistles, lines=WHISTLE_LINES, mark=f"{MARK}w-"),
        *stories(kit, at=at, count=0, lines=NEIGHBOURHOOD_LINES, mark=f"{MARK}n-"),
    ]
    first = min(story.beats[0][1] for story in chosen)
    _supervise(cast, at=first - HOUR)
    lay_lanes(cast, at=first - HOUR)
    places = Places({story.spot.grid for story in chosen})
    with translation.override("zh-hans"):
        perform(chosen, cast, places, until=at)
    return chosen


def _supervise(cast: Cast, *, at: datetime) -> None:
    """Put one street on the list of those whose leader signs the replies off."""
    unit = Department.objects.get(code=cast.offices[SUPERVISED])
    supervise(unit=unit, reason=say("supervised_unit", Random(0)), at=at, by=cast.person("manager1"))


def perform(chosen: Iterable[Story], cast: Cast, places: Places, *, until: datetime) -> None:
    """Play the stories, interleaved."""
    scenes = [Scene(story, cast, places) for story in chosen]
    deeds = sorted(((at, scene, word) for scene in scenes for word, at in scene.story.beats), key=lambda deed: deed[0])
    passing = Passing(deeds[0][0])
    for at, scene, word in deeds:
        passing.on_to(at)
        do(scene, word, at)
    passing.on_to(until)


def do(scene: Scene, word: Word, at: datetime) -> None:
    """Do one deed of a scene at its instant."""
    scene.at = at
    try:
        DEEDS[word.deed](scene, word.arg)
    except Exception as error:
        error.add_note(f"{scene.story.key}, “{scene.story.line.name}”, {word.deed}:{word.arg} at {at}")
        raise


class Passing:
    """Time that passes: every minute somebody would look at the deadlines, every hour at what waits for a date."""

    def __init__(self, start: datetime) -> None:
        self._hour = start.replace(minute=0, second=0, microsecond=0) + HOUR
        self._scanned = start

    def on_to(self, at: datetime) -> None:
        """Let everything happen that falls before ``at``, in its order."""
        for hour in self._hours(at):
            self._signals(hour)
            timely.run(hour)
        self._signals(at)

    def _hours(self, at: datetime) -> Iterator[datetime]:
        while self._hour < at:
            yield self._hour
            self._hour += HOUR

    def _signals(self, at: datetime) -> None:
        """Scan in every minute before ``at`` in which a clock turned yellow or red."""
        while (due := self._next_signal()) is not None:
            minute = due.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
            minute = max(minute, self._scanned + MINUTE)
            if minute >= at:
                return
            escalation.scan(at=minute)
            whistles_timely.run(minute)
            self._scanned = minute

    def _next_signal(self) -> datetime | None:
        first = Clock.objects.running().aggregate(
            warned=Min("warn_at", filter=Q(warned_at=None, warn_at__gte=self._scanned)),
            noted=Min("due_at", filter=Q(overdue_noted_at=None)),
        )
        return min((moment for moment in first.values() if moment is not None), default=None)
