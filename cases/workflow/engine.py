"""The one door: every change of a lifecycle's subject goes through :func:`advance` or :func:`create`.

The order never varies: load what the person may see (stranger → not found) → role (not allowed) → state (wrong state) →
guards (reason in words) → inputs (field errors) → version (conflict) → move → clocks → journal → commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.deadlines import clocks
from cases.journal.kinds import name_kind
from cases.workflow import inputs as cleaning
from cases.workflow import refusals
from cases.workflow.draw import document
from cases.workflow.fsm import PREFIX, Versioned, stale
from cases.workflow.people import Acting
from cases.workflow.table import ClockRule, Input, Lifecycle, Transition
from citygrid.common import facts, generated
from citygrid.common.errors import NotFound, Refusal

S = TypeVar("S", bound=Versioned)
BATCH = 500  # rows of one statement when many subjects are created
LIFECYCLES: dict[type[Versioned], Lifecycle] = {}
# Rooms above the engine that have something to do with every move, such as keeping its evidence.
AFTER_MOVE: list[Callable[[Move], None]] = []
# Inputs that every move takes besides its own.
COMMON_INPUTS: list[Input] = []


def register(model: type[Versioned], life: Lifecycle) -> None:
    """Tie a model to its table; the journal learns the names of its moves, and the documents draw it."""
    LIFECYCLES[model] = life
    for row in life.rows:
        name_kind(f"{life.name}.{row.name}", row.label)
    generated.register(f"docs/lifecycles/{life.name}.md", partial(document, life))


def takes(row: Transition, subject: Any) -> tuple[Input, ...]:
    """Return the inputs that a row takes of a subject, the common ones included."""
    own = {item.name for item in row.inputs}
    items = (*row.inputs, *(item for item in COMMON_INPUTS if item.name not in own))
    return tuple(item for item in items if item.applies is None or item.applies(subject))


@dataclass
class Move:
    """One move in the making: what guards, checks and effects are given."""

    life: Lifecycle
    row: Transition
    subject: Any
    acting: Acting
    opinion: str = ""
    before: str = ""  # the state that is being left
    inputs: dict[str, Any] = field(default_factory=dict)
    noted: dict[str, Any] = field(default_factory=dict)  # further facts for the journal
    clocks: list[ClockRule] = field(default_factory=list)  # what an effect decided, beyond the row's own
    then: list[Callable[[], Any]] = field(default_factory=list)  # moves that follow this one, once it is journaled

    @property
    def by(self) -> Any:
        """The person, or ``None`` for the system."""
        return self.acting.user

    @property
    def at(self) -> datetime:
        """When."""
        return self.acting.at


def advance(
    subject: S, name: str, *, by: Any, at: datetime, version: int | None = None, opinion: str = "", **given: Any
) -> S:
    """Make the move ``name`` on ``subject`` and return it fresh.

    Raises ``NotFound`` (also for what the person may not see), ``NotAllowed``, ``Conflict`` (wrong state, a guard's
    reason, or stale ``version``) with the fresh subject in ``current``, and ``Invalid`` with the faults by field.
    """
    key = {"pk": subject.pk}
    return advance_by_key(type(subject), key, name, by=by, at=at, version=version, opinion=opinion, **given)


def advance_by_key(
    model: type[S], key: Mapping[str, Any], name: str, *, by: Any, at: datetime, version: int | None = None,
    opinion: str = "", **given: Any,
) -> S:  # fmt: skip
    """Make a move as :func:`advance` does, on the subject that ``key`` names, such as ``{"number": "…"}``."""
    try:
        return _advance(model, key, name, by=by, at=at, version=version, opinion=opinion, **given)
    except IntegrityError:
        # Of two who open the same round or request at once, one is refused by the database before the version is
        # compared. Tried again, the move meets what the other one did, and is refused in words.
        return _advance(model, key, name, by=by, at=at, version=version, opinion=opinion, **given)


@transaction.atomic
def _advance(
    model: type[S], key: Mapping[str, Any], name: str, *, by: Any, at: datetime, version: int | None, opinion: str,
    **given: Any,
) -> S:  # fmt: skip
    life = LIFECYCLES[model]
    fresh: S | None = model.objects.find_for(by, at, **key)  # type: ignore[attr-defined]
    row = _row(life, name)
    if fresh is None or row is None:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    move = Move(life, row, fresh, Acting.of(by, at), opinion.strip() if isinstance(opinion, str) else "")
    if reason := why_not(move):
        raise reason
    move.inputs = cleaning.clean(takes(row, move.subject), given, by=by, at=at)
    refusals.need_opinion(move)
    if version is not None and version != fresh.version:
        raise stale(fresh)
    _make(move)
    return fresh


@transaction.atomic
def advance_by_system(subject: S, name: str, *, at: datetime, by: Any = None, opinion: str = "", **given: Any) -> S:
    """Make a ``system`` row's move: the consequence of another move. ``by`` is the person behind that one, if any."""
    life = LIFECYCLES[type(subject)]
    row = life[name]
    if not row.system:
        raise ValueError(f"{name} is made by people; use advance().")
    move = Move(life, row, subject, Acting.of(by, at), opinion)
    if reason := refusals.wrong_state(move) or refusals.guarded(move):
        raise reason
    move.inputs = cleaning.clean(takes(row, move.subject), given, by=by, at=at)
    _make(move)
    return subject


@transaction.atomic
def create(subject: S, name: str, *, by: Any, at: datetime, **given: Any) -> S:
    """Save a new subject through its creating row. Raises the same refusals as :func:`advance`, but ``NotFound``."""
    move = _begun(subject, name, by, at, given)
    subject.save(force_insert=True)
    if move.row.born:
        move.row.born([move])
    _after(move)
    return subject


@transaction.atomic
def create_many(
    subjects: Sequence[tuple[S, Mapping[str, Any]]], name: str, *, by: Any, at: datetime
) -> list[S]:  # fmt: skip
    """Save new subjects, each with its inputs, as so many calls of :func:`create` would, in few queries; all or none.

    Each goes through the same steps in the same order; only the writing is done for all at once.
    """
    moves = [_begun(subject, name, by, at, given) for subject, given in subjects]
    if not moves:
        return []
    made = [subject for subject, _given in subjects]
    type(made[0]).objects.bulk_create(made, batch_size=BATCH)  # type: ignore[attr-defined]
    if born := moves[0].row.born:
        born(moves)
    facts.store_all([_settled(move) for move in moves])
    for follow in [follow for move in moves for follow in move.then]:
        follow()
    return made


def _begun(subject: Any, name: str, by: Any, at: datetime, given: Mapping[str, Any]) -> Move:
    """Return the move that creates a subject, judged and with everything done that comes before the saving."""
    life = LIFECYCLES[type(subject)]
    row = life[name]
    move = Move(life, row, subject, Acting.of(by, at))
    if not row.system and not move.acting.is_one_of(row.actors, subject):
        raise refusals.not_allowed(move)
    if reason := refusals.guarded(move):
        raise reason
    move.inputs = cleaning.clean(takes(row, move.subject), given, by=by, at=at)
    for check in row.checks:
        check(move)
    if row.choose:
        type(subject)._meta.get_field("state").set_state(subject, row.choose(move))
    if row.effect:
        row.effect(move)
    return move


def may_create(subject: Versioned, name: str, *, by: Any, at: datetime) -> None:
    """Raise what :func:`create` would refuse by role or guard, before anything is spent on it."""
    life = LIFECYCLES[type(subject)]
    move = Move(life, life[name], subject, Acting.of(by, at))
    if not move.row.system and not move.acting.is_one_of(move.row.actors, subject):
        raise refusals.not_allowed(move)
    if reason := refusals.guarded(move):
        raise reason


def why_not(move: Move) -> Refusal | None:
    """Return why the person cannot make this move now, or ``None``: role, then state, then guards."""
    if move.row.system or not move.acting.is_one_of(move.row.actors, move.subject):
        return refusals.not_allowed(move)
    return refusals.wrong_state(move) or refusals.guarded(move)


def choices(subject: Versioned, acting: Acting) -> list[tuple[Transition, Refusal | None]]:
    """Return the rows that a person can read of from this state, each with the reason why not, or ``None``.

    A row that needs another role is left out: it is nobody's business here. One that is the person's but not now
    stays, greyed with its reason.
    """
    life = LIFECYCLES[type(subject)]
    found: list[tuple[Transition, Refusal | None]] = []
    for row in life.rows:
        if row.system or not row.sources:
            continue
        move = Move(life, row, subject, acting)
        if subject.state in row.sources and acting.is_one_of(row.actors, subject):  # type: ignore[attr-defined]
            found.append((row, refusals.guarded(move)))
    return found


def _row(life: Lifecycle, name: str) -> Transition | None:
    return next((row for row in life.rows if row.name == name and row.sources), None)


def _make(move: Move) -> None:
    subject, row = move.subject, move.row
    for check in row.checks:
        check(move)
    move.before = subject.state
    if row.targets:
        target = row.choose(move) if row.choose else row.targets[0]
        getattr(subject, PREFIX + row.name)(target)
    if row.effect:
        row.effect(move)
    subject.version += 1
    subject.save(force_update=True)
    _after(move)


def _after(move: Move) -> None:
    facts.store(_settled(move))
    for follow in move.then:
        follow()


def _settled(move: Move) -> facts.Fact:
    """Move the clocks, let the other rooms do their part, and return what is to be journaled."""
    rules = [rule for rule in (*move.row.clocks, *move.clocks) if rule.to in ("", move.subject.state)]
    if rules:
        begin = move.life.limits
        clocks.apply_all(rules, subject=move.subject, at=move.at, begin=lambda kind: begin[kind](move.subject))
    for hook in AFTER_MOVE:
        hook(move)
    noted: dict[str, Any] = {name: _plain(value) for name, value in move.inputs.items() if value not in (None, [])}
    if move.opinion:
        noted["opinion"] = move.opinion
    return facts.Fact(
        f"{move.life.name}.{move.row.name}", facts.Subject.of(move.subject), at=move.at, by=move.by,
        from_state=move.before, to_state=move.subject.state,
        data={"version": move.subject.version, **noted, **move.noted},
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return getattr(value, "code", None) or getattr(value, "number", None) or value
