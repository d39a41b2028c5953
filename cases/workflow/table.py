"""The form of the rulebook: what a move is, and a lifecycle made of moves. A city manager can review a table.

Buttons, API choices, refusals, diagrams and the test matrix are derived from the rows; adding a move touches one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from citygrid.accounts.roles import Role

if TYPE_CHECKING:
    from cases.workflow.engine import Move

# A guard looks at the subject alone and returns the reason why not, as a sentence, or None.
Guard = Callable[["Move"], Any]


class Relation(StrEnum):
    """What ties a person's post to the subject, beyond the role."""

    PLACE = "place"  # the post's area, or the area its department serves, holds the subject's place
    DEPARTMENT = "department"  # the post stands at the department whose turn it is, or at one this belongs to
    CO_DEPARTMENT = "co_department"  # so at a department that helps the one whose turn it is
    UNIT = "unit"  # the post stands at the unit that has the ticket, or in the very area that a street office serves
    PERSON = "person"  # the subject is assigned to this very person
    PLATFORM = "platform"  # the post's area holds the district whose platform decides on the subject
    GUEST_PLATFORM = "guest_platform"  # … or another district whose units are called
    STEP = "step"  # the subject itself expects this role at its present step


@dataclass(frozen=True, slots=True)
class Actor:
    """Who may make a move: a role, and how its holder must be related to the subject."""

    role: Role
    relation: Relation = Relation.PLACE


class InputType(StrEnum):
    """Types that the API promises for inputs."""

    TEXT = "text"
    CHOICE = "choice"
    MULTICHOICE = "multichoice"
    BOOL = "bool"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    POINT = "point"
    EVIDENCE = "evidence"
    REF = "ref"


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a move needs. ``ref`` names the list to choose from; ``many`` takes a list of them.

    ``fits`` names those of the ``choices`` that make sense for a subject, where that differs; ``applies`` says whether
    the input exists for a subject at all; ``longest`` is how many characters of a text are kept, where that differs.
    """

    name: str
    label: Any
    type: InputType = InputType.TEXT
    required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()
    ref: str = ""
    many: bool = False
    help: Any = ""
    fits: Callable[[Any], Iterable[str]] | None = None
    applies: Callable[[Any], bool] | None = None
    longest: int | None = None


class ClockVerb(StrEnum):
    """What a move does to a clock."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"  # stop the running one, start afresh with the full limit
    REVIVE = "revive"  # let the one stopped last go on with what it had left


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One effect on one kind of clock; with ``to``, only of a move that leads to that state."""

    verb: ClockVerb
    kind: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table.

    ``sources`` is empty for the move that creates the subject. ``targets`` is empty for a move that changes no state;
    with several, ``choose`` names the one by the inputs. ``guards`` look at the subject; ``checks`` at the inputs too.
    ``effect`` changes the subject's other columns and its children, inside the transaction; of a move that creates
    subjects, ``born`` writes their children once they have keys, for many at once. A ``system`` row is made by other
    moves (an approved request, a finished task) or an import, never by a button.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    actors: tuple[Actor, ...] = ()
    inputs: tuple[Input, ...] = ()
    guards: tuple[Guard, ...] = ()
    checks: tuple[Callable[[Move], None], ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    choose: Callable[[Move], str] | None = None
    effect: Callable[[Move], None] | None = None
    born: Callable[[Sequence[Move]], None] | None = None
    opinion: bool = False  # an opinion text is compulsory: every return, refusal and rework
    system: bool = False

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a row that contradicts itself."""
        if len(self.targets) > 1 and self.choose is None:
            raise ValueError(f"{self.name}: several targets need a `choose`.")
        if self.system == bool(self.actors):
            raise ValueError(f"{self.name}: a row is made either by people or by the system.")
        if self.born and self.sources:
            raise ValueError(f"{self.name}: only a move that creates has something born.")

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that may make the move, each once."""
        return tuple(dict.fromkeys(actor.role for actor in self.actors))


@dataclass(frozen=True)
class Lifecycle:
    """A table with what belongs to it: its states, whose turn each is, and which are the end."""

    name: str
    label: Any
    states: Mapping[str, Any]  # state → label
    initial: str
    terminal: frozenset[str]
    turn: Mapping[str, tuple[Role, ...]]  # whose turn it is in each state that is not terminal
    rows: tuple[Transition, ...]
    # Kind of clock → the limit it starts with for a subject, and the department that holds it (None: nobody's score).
    limits: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for two rows of one name."""
        names = [row.name for row in self.rows]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{self.name}: two rows are named {', '.join(sorted(twice))}.")

    def __getitem__(self, name: str) -> Transition:
        """Return the row of that name. Raises ``KeyError``."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def turn_of(self, subject: Any) -> tuple[Role, ...]:
        """Return the roles that ``subject`` waits for now: the subject may know better than its state."""
        return subject.roles_expected() or self.turn.get(subject.state, ())

    def from_state(self, state: str) -> Iterable[Transition]:
        """Return the rows that leave ``state`` or stay in it."""
        return (row for row in self.rows if state in row.sources)
