"""What each kind of fact is called. A kind is ``noun.past_participle``; the label is what a timeline shows."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

_FORM = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")

LABELS: dict[str, Any] = {
    "account.changed": _("Account changed"),
    "account.closed": _("Account closed"),
    "account.demo_password_set": _("Password of the demonstration set"),
    "account.first_password_set": _("First password set"),
    "account.handed_over": _("Posts handed over to a successor"),
    "account.left": _("All posts ended because the person left"),
    "account.lock_lifted": _("Sign-in lock lifted"),
    "account.locked": _("Sign-in locked after too many failures"),
    "account.opened": _("Account opened"),
    "account.password_changed": _("Password changed"),
    "account.recovery_code_used": _("Recovery code used"),
    "account.recovery_codes_made": _("New recovery codes made"),
    "account.reopened": _("Account reopened"),
    "account.second_factor_failed": _("Second factor failed"),
    "account.second_factor_off": _("Second factor switched off"),
    "account.second_factor_on": _("Second factor switched on"),
    "account.second_factor_reset": _("Second factor removed by an administrator"),
    "account.session_ended": _("Session ended"),
    "account.sessions_ended": _("Sessions ended"),
    "account.sign_in_failed": _("Sign-in failed"),
    "account.signed_in": _("Signed in"),
    "account.signed_out": _("Signed out"),
    "account.token_created": _("API token created"),
    "account.token_revoked": _("API token revoked"),
    "account.tokens_revoked": _("API tokens revoked"),
    "area.abolished": _("Area abolished"),
    "area.added": _("Area added"),
    "area.changed": _("Area changed"),
    "area.moved": _("Area moved to another parent"),
    "area.redrawn": _("Outline of the area redrawn"),
    "areas.imported": _("Areas imported from a file"),
    "building.added": _("Building added"),
    "calendar.timetable_removed": _("Timetable removed"),
    "calendar.timetable_set": _("Timetable set"),
    "calendar.year_confirmed": _("Calendar of a year confirmed"),
    "calendar.year_set": _("Calendar of a year entered"),
    "caller.looked_up": _("Caller looked up by a whole number"),
    "caller.revealed": _("Caller of a ticket revealed"),
    "cases.imported": _("Cases of an older system taken over"),
    "category.added": _("Category added"),
    "category.renamed": _("Category renamed"),
    "category.restored": _("Category taken back into use"),
    "category.retired": _("Category retired"),
    "category.fixing_allowed": _("Fixing on the spot allowed or forbidden for the category"),
    "category_standard.added": _("Category standard added"),
    "clock.overdue": _("Time limit passed"),
    "clock.recomputed": _("Time limit computed anew"),
    "clock.warned": _("Time limit nearly used up"),
    "component.added": _("Component added"),
    "component.state_changed": _("State of the component changed"),
    "condition.added": _("Filing condition added"),
    "condition.changed": _("Filing condition changed"),
    "condition.retired": _("Filing condition retired"),
    "demand_type.added": _("Type of demand added"),
    "demand_type.changed": _("Type of demand changed"),
    "demand_type.restored": _("Type of demand taken back into use"),
    "demand_type.retired": _("Type of demand retired"),
    "department.added": _("Department added"),
    "department.changed": _("Department changed"),
    "department.closed": _("Department closed"),
    "divisions.imported": _("Division codes imported from a table"),
    "evidence.original_taken": _("Original of a photo or file taken out"),
    "evidence.purged": _("Unused upload deleted"),
    "evidence.uploaded": _("Photo or file uploaded"),
    "exclusion_reason.added": _("Ground of exclusion added"),
    "exclusion_reason.changed": _("Ground of exclusion changed"),
    "exclusion_reason.restored": _("Ground of exclusion taken back into use"),
    "exclusion_reason.retired": _("Ground of exclusion retired"),
    "household.added": _("Household added"),
    "household.changed": _("Household changed"),
    "key_place.added": _("Key place added"),
    "lane.added": _("Lane entered"),
    "lane.given": _("Lane given to a steward"),
    "lane.taken": _("Care of a lane ended"),
    "lane.retired": _("Lane no longer walked"),
    "person.added": _("Person added to the register"),
    "person.changed": _("Person changed in the register"),
    "post.ended": _("Post ended"),
    "post.granted": _("Post given"),
    "post.withdrawn": _("Post withdrawn before it began"),
    "register.looked_up": _("Person looked up by a whole number"),
    "register.revealed": _("Personal data revealed"),
    "responsibility.added": _("Responsibility added"),
    "responsibility.changed": _("Responsibility changed"),
    "responsibility.retired": _("Responsibility retired"),
    "responsibility_grid.regrouped": _("Grids of the responsibility grid changed"),
    "stage_limit.set": _("Time limit of a stage set"),
    "suggestions.trained": _("Model of suggestions trained"),
    "supervised_unit.added": _("Unit put on the list of the supervised"),
    "supervised_unit.ended": _("Unit taken off the list of the supervised"),
    "ticket_category.added": _("Ticket category added"),
    "ticket_category.changed": _("Ticket category changed"),
    "ticket_category.restored": _("Ticket category taken back into use"),
    "ticket_category.retired": _("Ticket category retired"),
    "ticket_limit.set": _("Time limit of tickets set"),
    "tickets.imported": _("Tickets of an older system taken over"),
    "whistle_kind.added": _("Kind of whistle added"),
    "whistle_kind.changed": _("Kind of whistle changed"),
    "whistle_kind.limited": _("Limits of a kind of whistle set"),
    "whistle_kind.restored": _("Kind of whistle taken back into use"),
    "whistle_kind.retired": _("Kind of whistle retired"),
    "unit.added": _("Unit added to the register"),
    "unit.changed": _("Unit changed in the register"),
}
# Kinds made of a model's name and what an administration page did to it.
_VERBS: dict[str, Any] = {"added": _("Added"), "changed": _("Changed"), "removed": _("Removed")}


def label_of(kind: str) -> str:
    """Return the label in the reader's language; a kind that nobody knows any more is shown as it was recorded."""
    found = LABELS.get(kind) or _VERBS.get(kind.rpartition(".")[2])
    return str(found) if found else kind


def name_kind(kind: str, label: Any) -> None:
    """Let a room above name a kind that it derives, such as the moves of a lifecycle.

    Raises ``ValueError`` for a kind that is named otherwise already.
    """
    if kind in LABELS and LABELS[kind] != label:
        raise ValueError(f"The kind “{kind}” has a label already.")
    LABELS[kind] = label


def looks_like_a_kind(text: str) -> bool:
    """Whether ``text`` has the form of a kind."""
    return bool(_FORM.match(text))
