"""Connect the room with those below it."""

from __future__ import annotations

from cases.councils.models import CouncilMatter
from cases.councils.table import COUNCIL_MATTER
from cases.evidence.models import HOLDERS
from cases.workflow.engine import register


def connect() -> None:
    """Called once, when Django is ready."""
    register(CouncilMatter, COUNCIL_MATTER)
    HOLDERS[:] = sorted({*HOLDERS, CouncilMatter._meta.label_lower})
