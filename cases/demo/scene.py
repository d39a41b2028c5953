"""One story while it is played: the case so far, and the hands with which its people act."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.approvals.models import Approval
from cases.casework.models import Case
from cases.demo import photos
from cases.demo.cast import Cast
from cases.demo.places import Places
from cases.demo.plan import Story
from cases.demo.topics import Demand, Summons
from cases.demo.words import say
from cases.evidence.models import Evidence, Origin
from cases.evidence.store import Claim, store_upload
from cases.fieldwork.models import FieldTask
from cases.hotline.models import Ticket
from cases.whistles.models import Whistle
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from gridmap.demo.objects import METRE


class Scene:
    """Everything that a deed needs. ``at`` is the instant of the deed being done."""

    def __init__(self, story: Story, cast: Cast, places: Places) -> None:
        self.story, self.cast, self.places = story, cast, places
        self.random = Random(story.key)
        self.area = places.area(story.spot.grid)
        self.place = places.kerb(story.spot.grid, self.random)
        self.address = places.address(story.spot.grid, self.place, self.random)
        deeds = {(word.deed, word.arg) for word, _at in story.beats}
        # Who is corrected later was wrong at first.
        self.wrong_at_first = bool(deeds & {("redispatch", ""), ("dispatch", "other")})
        self.must_prove = ("skip_check", "") in deeds
        self.is_signed_off = any(deed in ("t.sign_off", "t.refuse") for deed, _arg in deeds) or (
            "supervised" in story.line.needs
        )
        self.at: datetime = story.beats[0][1]
        self._case: Case | None = None
        self._task: FieldTask | None = None
        self.twin: Case | None = None
        self.tickets: dict[int, Ticket] = {}  # by the number of the caller in the story
        self.callers: dict[int, int] = {}  # so the callers themselves, by their numbers
        self.turn = 1  # whose ticket it is about
        self._whistle: Whistle | None = None
        self.asked: Approval | None = None
        self._shots = 0

    @property
    def case(self) -> Case:
        """The case of the story. Raises ``LookupError`` before it was reported."""
        if self._case is None:
            raise LookupError(f"{self.story.key}: nothing was reported yet")
        return self._case

    @case.setter
    def case(self, case: Case) -> None:
        self._case = case

    @property
    def ticket(self) -> Ticket:
        """The ticket of the caller whose turn it is, as it stands. Raises ``LookupError`` before it was logged."""
        if self.turn not in self.tickets:
            raise LookupError(f"{self.story.key}: nothing was logged yet")
        found: Ticket = Ticket.objects.get(pk=self.tickets[self.turn].pk)
        return found

    @property
    def whistle(self) -> Whistle:
        """The whistle of the story. Raises ``LookupError`` before it was drafted."""
        if self._whistle is None:
            raise LookupError(f"{self.story.key}: no whistle was drafted yet")
        return self._whistle

    @whistle.setter
    def whistle(self, whistle: Whistle) -> None:
        self._whistle = whistle

    @property
    def demand(self) -> Demand:
        """What the callers want. Raises ``LookupError`` for a story without callers."""
        if self.story.demand is None:
            raise LookupError(f"{self.story.key}: nobody calls")
        return self.story.demand

    @property
    def summons(self) -> Summons:
        """What the whistle is about. Raises ``LookupError`` for a story without one."""
        if self.story.summons is None:
            raise LookupError(f"{self.story.key}: nobody whistles")
        return self.story.summons

    @property
    def street(self) -> str:
        """The code of the street where it happens."""
        return self.story.spot.grid[:9]

    @property
    def task(self) -> FieldTask:
        """The field task that is waiting: the case's, or the patrol. Raises ``DoesNotExist``."""
        if self._task is not None:
            return self._task
        found: FieldTask = self.case.field_tasks.waiting().select_related("assignee").get()
        return found

    @task.setter
    def task(self, task: FieldTask) -> None:
        self._task = task

    @property
    def state(self) -> str:
        """How the story stands."""
        subject = (self.story.line.is_patrol and self._task) or self.case
        return str(type(subject).objects.values_list("state", flat=True).get(pk=subject.pk))

    def say(self, occasion: str) -> str:
        """Return a fitting sentence."""
        return say(occasion, self.random)

    def of(self, role: Role) -> Any:
        """Return somebody with that role who is competent for the place."""
        return self.cast.somebody(role, self.random, area=self.area)

    def clerk(self, department: Any = None) -> Any:
        """Return a clerk of the lead department, or of the one with that code."""
        lead: Any = self.case.lead_department
        return self.cast.somebody(Role.DEPT_CLERK, self.random, department=department or lead.code)

    def move(self, name: str, by: Any, **given: Any) -> None:
        """Make a move on the case."""
        self.case = advance(self.case, name, by=by, at=self.at, **given)

    def move_ticket(self, name: str, by: Any, **given: Any) -> None:
        """Make a move on the ticket whose turn it is."""
        self.tickets[self.turn] = advance(self.tickets[self.turn], name, by=by, at=self.at, **given)

    def move_task(self, name: str, **given: Any) -> None:
        """Let the grid worker of the waiting task move it; the case is read afresh."""
        task = self.task
        moved = advance(task, name, by=task.assignee, at=self.at, **given)
        if self._task is not None:
            self._task = moved
        else:
            self.reread()

    def reread(self) -> None:
        """Read the case again, if there is one, after something else than a move of its own changed it."""
        if self._case is not None:
            self._case = Case.objects.get(pk=self.case.pk)

    def shoot(self, by: Any, *, solved: bool) -> Evidence:
        """Take a photo and send it in, a moment before the deed; now and then one that proves less than it should."""
        self._shots += 1
        random = self.random
        taken_at: datetime | None = self.at - timedelta(seconds=random.uniform(70, 400))
        spot: tuple[float, float] | None = self.places.beside(self.story.spot.grid, self.place, random)
        claim = Claim(at=taken_at, place=spot, accuracy_m=round(random.uniform(3, 18), 1), origin=Origin.CAMERA)
        odd = 1.0 if self.must_prove else random.random()
        if odd < 0.06:
            spot = None  # the phone writes no place; the page that sends it does
        elif odd < 0.09:
            spot = self.place[0] + 350 * METRE, self.place[1]
        elif odd < 0.11:
            taken_at = self.at - timedelta(hours=random.uniform(26, 70))
        elif odd < 0.13:
            taken_at, spot, claim = None, None, Claim(origin=Origin.ALBUM)
        content = photos.photo(
            self.story.look, solved=solved, street=self.story.spot.grid, variant=self._shots,
            taken_at=taken_at, place=spot,
        )  # fmt: skip
        sent_at = self.at - timedelta(seconds=random.uniform(5, 50))
        return store_upload(io.BytesIO(content), name="photo.jpg", by=by, at=sent_at, claim=claim)

    def shots(self, by: Any, *, solved: bool, most: int = 2) -> list[Evidence]:
        """Take one photo, or up to ``most``."""
        return [self.shoot(by, solved=solved) for _shot in range(self.random.randint(1, most))]
