"""What the responsibility rules propose, in the lines of ``actions``: a program can take it as a dispatcher does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.api.moves import inputs_of
from cases.casework.at_once import AT_ONCE, is_for, why_not_at_once
from cases.casework.checks import UNDISPATCHED, proposal_for
from cases.casework.models import Case
from cases.workflow.people import Acting


def at_once(case: Case, acting: Acting, places: dict[str, str]) -> list[dict[str, Any]]:
    """Return the line of accepting, filing and dispatching in one, for who holds all the posts that it takes."""
    if case.state not in AT_ONCE.sources or not is_for(case, acting):
        return []
    refusal = why_not_at_once(case, acting)
    return [{
        "name": AT_ONCE.name, "label": str(AT_ONCE.label), "allowed": refusal is None,
        "reason": refusal.message if refusal else None, "inputs": inputs_of(AT_ONCE, case, places),
    }]  # fmt: skip


def with_proposal(actions: list[dict[str, Any]], case: Case, at: datetime) -> list[dict[str, Any]]:
    """Write the proposed departments, and why, to the inputs that name departments."""
    if case.state not in UNDISPATCHED:
        return actions
    asked = [item for action in actions for item in action["inputs"] if _is_department(item)]
    proposal = proposal_for(case, at) if asked else None
    if proposal is not None:
        for item in asked:
            many = [one.code for one in proposal.co_departments]
            item["proposed"] = many if item.get("many") else [proposal.department.code]
            item["proposed_reason"] = proposal.reason
    return actions


def _is_department(item: dict[str, Any]) -> bool:
    return str(item.get("ref", "")).partition("?")[0] == "departments"
