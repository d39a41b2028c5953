"""Reasons why a move of a council matter is not possible now, as sentences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.workflow.engine import Move


def has_resolution(move: Move) -> Any:
    """What is published names what was resolved."""
    return None if move.subject.resolution else _("The meeting's resolution is not on record.")
