"""Connect the room with those below it."""

from __future__ import annotations

from cases.evidence.models import HOLDERS
from cases.stewards.models import LaneWalk
from cases.stewards.table import LANE_WALK
from cases.workflow.engine import register


def connect() -> None:
    """Called once, when Django is ready."""
    register(LaneWalk, LANE_WALK)
    HOLDERS[:] = sorted({*HOLDERS, LaneWalk._meta.label_lower})
