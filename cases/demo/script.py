"""What the words of a storyline mean in time: how long after the one before a deed is done, and by which clock. Pure.

A storyline is a line of words such as ``report accept file dispatch sign assign submit@late``. A word is the name of a
deed, after a colon what it is done with, after an @ a pace of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from random import Random

IN_TIME, LATE = (0.22, 0.62), (1.15, 1.9)
_OF_OTHERS = re.compile(r"^t\d\.")  # what is done about the tickets of further callers takes as long


class Unit(StrEnum):
    """By what the time between two deeds is counted."""

    MINUTES = "minutes"  # the plain clock: the centre and the grid workers stand by
    OFFICE = "office"  # working minutes of a department, unless the matter is so urgent that its limit runs at night
    SHARE = "share"  # parts of the limit for handling, by the clock of that limit
    HOURS = "hours"  # the plain clock


@dataclass(frozen=True, slots=True)
class Pace:
    """Between ``low`` and ``high`` of a unit after the deed before."""

    low: float
    high: float
    unit: Unit = Unit.MINUTES

    def draw(self, random: Random) -> float:
        """Return how long it is this time."""
        return random.uniform(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Word:
    """One deed of a storyline."""

    deed: str
    arg: str = ""
    pace: str = ""

    @classmethod
    def read(cls, text: str) -> Word:
        """Read ``deed:arg@pace``. Raises ``KeyError`` for a pace that nobody knows."""
        rest, _at, pace = text.partition("@")
        deed, _colon, arg = rest.partition(":")
        word = cls(deed, arg, pace)
        _ = word.time
        return word

    @property
    def time(self) -> Pace:
        """How long after the deed before it comes."""
        return NAMED[self.pace] if self.pace else PACES.get(_OF_OTHERS.sub("t.", self.deed), _USUAL)


_USUAL = Pace(3, 10)
PACES: dict[str, Pace] = {
    "report": Pace(0, 0),
    "task": Pace(2, 6),
    "verify": Pace(7, 17),
    "check": Pace(5, 13),
    "sign": Pace(8, 70, Unit.OFFICE),
    "assign": Pace(3, 15, Unit.OFFICE),
    "revoke": Pace(5, 25, Unit.OFFICE),
    "part": Pace(0.1, 0.2, Unit.SHARE),
    "submit": Pace(*IN_TIME, Unit.SHARE),
    "redo": Pace(0.02, 0.06, Unit.SHARE),
    "confirm": Pace(0.02, 0.06, Unit.SHARE),
    "pass": Pace(4, 25),
    "ask": Pace(0.05, 0.15, Unit.SHARE),
    "decide": Pace(6, 40, Unit.OFFICE),
    "withdraw": Pace(15, 60, Unit.OFFICE),
    "reply": Pace(30, 180, Unit.OFFICE),
    "fix": Pace(4, 15),
    "twin": Pace(6, 40),
    "reopen": Pace(3, 30, Unit.HOURS),
    "called": Pace(1, 20, Unit.HOURS),
    "patrolled": Pace(90, 300),
    "t.log": Pace(4, 30),
    "t.sign": Pace(0.004, 0.011, Unit.SHARE),
    "t.contact": Pace(0.01, 0.05, Unit.SHARE),
    "t.reply": Pace(0.15, 0.5, Unit.SHARE),
    "t.raise": Pace(5, 40),
    "t.ask": Pace(20, 90),
    "t.decide": Pace(20, 200),
    "t.sign_off": Pace(15, 90),
    "t.refuse": Pace(15, 90),
    "t.open": Pace(2, 26, Unit.HOURS),
    "t.online": Pace(1, 20, Unit.HOURS),
    "t.withdraw": Pace(1, 9, Unit.HOURS),
    "w.judge": Pace(15, 90),
    "w.blow": Pace(10, 60),
    "w.start": Pace(4, 25),
    "w.approve": Pace(8, 40),
    "w.send_back": Pace(8, 40),
    "w.convert": Pace(8, 40),
    "w.agree": Pace(10, 50),
    "w.issue": Pace(2, 12),
    "w.joint": Pace(20, 120),
    "w.conclude": Pace(60, 200),
    "w.feed_back": Pace(30, 240),
    "w.review": Pace(2, 20, Unit.HOURS),
    "w.again": Pace(20, 60, Unit.HOURS),
    "c.agenda": Pace(2, 20, Unit.HOURS),
    "c.meet": Pace(20, 60, Unit.HOURS),
    "c.resolve": Pace(10, 60),
    "c.carry": Pace(15, 50, Unit.HOURS),
    "c.again": Pace(10, 40, Unit.HOURS),
    "c.publish": Pace(2, 20, Unit.HOURS),
    "l.read": Pace(1, 12, Unit.HOURS),
    "r.sign": Pace(3, 14),
    "r.contact": Pace(5, 40),
    "r.arrive": Pace(0.06, 0.14, Unit.SHARE),
    "r.far": Pace(0.06, 0.14, Unit.SHARE),
    "r.submit": Pace(0.04, 0.16, Unit.SHARE),
    "r.accept": Pace(10, 50),
    "r.object": Pace(10, 40),
    "r.answer": Pace(1, 9, Unit.HOURS),
    "r.rule": Pace(1, 9, Unit.HOURS),
    "r.stand": Pace(1, 9, Unit.HOURS),
}
NAMED: dict[str, Pace] = {
    "late": Pace(*LATE, Unit.SHARE),
    "soon": Pace(0.03, 0.08, Unit.SHARE),
    "slow": Pace(18, 90),
    "quick": Pace(1, 3),
    "lapse": Pace(26, 30, Unit.HOURS),  # a field task is called off a day after its time
    "day": Pace(24, 30, Unit.HOURS),
    "week": Pace(169, 176, Unit.HOURS),  # a request lapses after seven days
    "woken": Pace(58, 70, Unit.HOURS),  # two days and some: see the deed that asks for a short suspension
    "lapse_of_patrol": Pace(33, 36, Unit.HOURS),  # eight hours for it, and a day
    "office": Pace(5, 30, Unit.OFFICE),
}
# Deeds of a department: done in its working hours.
OF_DEPARTMENTS = frozenset({"sign", "assign", "revoke", "part", "submit", "redo", "confirm", "ask", "withdraw"})
# Deeds of the centre that are late once in a while, so that its clocks show it.
OF_CENTRE = frozenset({"accept", "file", "dispatch", "verify", "check", "close", "t.dispatch"})
ONE_LATE_IN = 14
