"""Lamps: green up to 80 % of the limit, yellow up to all of it, red over (handbook §2.3).

The borders are instants: when four fifths, and when all of the limit are used up. A night that follows such an instant
uses nothing up and yet lies after it, just as a deadline at 18:00 has passed at 20:00. While a clock stands still its
lamp stays what it was; a stopped one keeps the lamp with which it stopped.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class Lamp(TextChoices):
    """How much of a limit is used."""

    GREEN = "green", _("green")
    YELLOW = "yellow", _("yellow")
    RED = "red", _("red")


def lamp_of(clock: Any, at: datetime) -> Lamp:
    """Return the lamp of a clock at a time."""
    at = clock.moment(at)
    if clock.due_at is not None and at > clock.due_at:
        return Lamp.RED
    return Lamp.YELLOW if clock.warn_at is not None and at > clock.warn_at else Lamp.GREEN


def lamp_in_sql(at: datetime) -> Case:
    """Return the same as an expression over the columns of a clock."""
    moment = Coalesce(F("stopped_at"), F("paused_since"), Value(at, DateTimeField()))
    return Case(
        When(due_at__lt=moment, then=Value(Lamp.RED.value)),
        When(warn_at__lt=moment, then=Value(Lamp.YELLOW.value)),
        default=Value(Lamp.GREEN.value),
        output_field=CharField(),
    )
