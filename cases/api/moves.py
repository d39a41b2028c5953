"""What a person can do with a subject now, described well enough to be driven blind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.workflow.engine import LIFECYCLES, choices, takes
from cases.workflow.fsm import Versioned
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType, Transition

# Which property of the list's entries is sent back, by the list.
REF_KEYS = {"cases": "number", "tickets": "number", "whistles": "number"}


def whose_turn(subject: Versioned) -> list[dict[str, str]]:
    """Return the roles that the subject waits for; none at its end."""
    return [{"role": role.value, "label": str(role.label)} for role in LIFECYCLES[type(subject)].turn_of(subject)]


def actions_of(subject: Versioned, acting: Acting, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the moves of the person's roles in this state, each with why it is not possible now, if so.

    ``places`` fills what an input's list depends on, such as the category in ``filing-conditions?category={category}``.
    """
    return [
        {
            "name": row.name,
            "label": str(row.label),
            "allowed": refusal is None,
            "reason": refusal.message if refusal else None,
            "inputs": inputs_of(row, subject, places),
        }
        for row, refusal in choices(subject, acting)
    ]


def inputs_of(row: Transition, subject: Any, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the move takes; the opinion, which every move may carry, stands last."""
    return [
        *(described(item, subject, places) for item in takes(row, subject)),
        {"name": "opinion", "label": _("opinion"), "type": InputType.TEXT.value, "required": row.opinion},
    ]


def described(item: Input, subject: Any, places: Mapping[str, str]) -> dict[str, Any]:
    """Return one input; what it does not have is left out."""
    found: dict[str, Any] = {
        "name": item.name,
        "label": str(item.label),
        "type": item.type.value,
        "required": item.required,
    }
    if item.many:
        found["many"] = True
    if item.choices:
        fitting = set(item.fits(subject)) if item.fits else None
        found["choices"] = [
            {"value": str(value), "label": str(label)}
            for value, label in item.choices
            if fitting is None or value in fitting
        ]
    if item.ref:
        found["ref"] = item.ref.format_map(places)
        found["ref_key"] = REF_KEYS.get(item.ref.partition("?")[0], "code")
    if item.help:
        found["help"] = str(item.help)
    return found
