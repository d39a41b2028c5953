"""A case of an older system: what its one row of the table checks, sets and leaves behind.

Such a case is not walked through today's moves, as it never made them. It begins at its end, or, where it is still
open, at the desk where this system takes it up: as reported, or as accepted. What follows needs a filing condition and
a department of this system, and is decided here afresh.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.casework.states import TERMINAL, State
from cases.deadlines import clocks
from cases.deadlines.models import Clock
from cases.workflow.engine import BATCH, Move
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Invalid

ENDS = (State.CLOSED, State.DECLINED, State.NOT_FILED, State.CANCELLED)
STATES = (*ENDS, State.REPORTED, State.ACCEPTED)
INPUTS = (
    Input("state", gettext_lazy("state"), InputType.CHOICE, choices=tuple((one.value, one.label) for one in STATES)),
    Input("system", gettext_lazy("older system")),
    Input("old_number", gettext_lazy("number there")),
    Input("old_status", gettext_lazy("status there"), required=False),
    Input("old_category", gettext_lazy("category there"), required=False),
    Input("old_department", gettext_lazy("department there"), required=False),
    Input("old_channel", gettext_lazy("source there"), required=False),
    Input("opened_at", gettext_lazy("opened there at"), InputType.DATETIME),
    Input("due_at", gettext_lazy("due there at"), InputType.DATETIME, required=False),
    Input("ended_at", gettext_lazy("ended there at"), InputType.DATETIME, required=False),
)


def times_fit(move: Move) -> None:
    """Refuse times that contradict each other or the state. Whoever reads a file has said so by row before."""
    opened, due, ended = (move.inputs[name] for name in ("opened_at", "due_at", "ended_at"))
    faults: dict[str, list[str]] = {}
    if opened > move.at:
        faults["opened_at"] = [_("This lies in the future.")]
    if due is not None and due < opened:
        faults["due_at"] = [_("This is earlier than the opening.")]
    if (move.inputs["state"] in TERMINAL) != (ended is not None):
        faults["ended_at"] = [_("A case that ended says when, and one that is open has no such time.")]
    elif ended is not None and not opened <= ended <= move.at:
        faults["ended_at"] = [_("This is earlier than the opening, or lies in the future.")]
    if faults:
        raise Invalid(_("The times of the older case contradict each other."), fields=faults)


def take_over(move: Move) -> None:
    """Give the case its original times."""
    move.subject.reported_at = move.inputs["opened_at"]
    move.subject.closed_at = move.inputs["ended_at"]


def keep(moves: Sequence[Move]) -> None:
    """Write where the cases come from, and the clock of each that had a deadline there, stopped where it ended."""
    origins: Any = apps.get_model("cases", "Origin").objects
    origins.bulk_create([_origin(move) for move in moves], batch_size=BATCH)
    Clock.objects.bulk_create([_clock(move) for move in moves if move.inputs["due_at"]], batch_size=BATCH)


def _origin(move: Move) -> Any:
    given: dict[str, Any] = move.inputs
    case = move.subject
    texts = {name: (given[f"old_{name}"] or "") for name in ("number", "status", "category", "department", "channel")}
    return apps.get_model("cases", "Origin")(
        case=case, system=given["system"], taken_over_at=move.at, **texts,
        fingerprint=fingerprint(
            given["state"], case.category.code, case.description, case.result, case.address, case.geom.x, case.geom.y,
            given["opened_at"], given["due_at"], given["ended_at"], *texts.values(),
        ),
    )  # fmt: skip


def fingerprint(*said: Any) -> str:
    """Return 64 hex digits over everything that the older system said of a case, in one fixed order."""
    plain = [_plain(one) for one in said]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value:.7f}" if isinstance(value, float) else str(value or "")


def _clock(move: Move) -> Clock:
    opened: datetime = move.inputs["opened_at"]
    return clocks.taken_over(
        "handle", subject=move.subject, started_at=opened, due_at=move.inputs["due_at"],
        stopped_at=move.inputs["ended_at"], at=move.at,
    )  # fmt: skip
