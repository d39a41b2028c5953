"""Connect the room with casework, which asks it for proposals."""

from __future__ import annotations

from cases.casework.checks import PROPOSERS
from cases.routing.propose import propose


def connect() -> None:
    """Called once, when Django is ready."""
    PROPOSERS[:] = [propose]
