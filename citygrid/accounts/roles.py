"""Roles → rights, in one table (roles: handbook §2.2; the three separated administrators: handbook §9.1).

A role is held by a post, never by a person (:mod:`gridmap.posts`). The rights to move a case come from the transition
tables of the lifecycles; this table holds the standing rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm


class Role(TextChoices):
    """A kind of post."""

    GRID_WORKER = "grid_worker", _("grid worker")
    ACCEPTOR = "acceptor", _("acceptor")
    SHIFT_LEADER = "shift_leader", _("shift leader")
    DISPATCHER = "dispatcher", _("dispatcher")
    DEPT_CLERK = "dept_clerk", _("department clerk")
    HANDLER = "handler", _("handler")
    HOTLINE_OPERATOR = "hotline_operator", _("hotline operator")
    CALLBACK_AGENT = "callback_agent", _("callback agent")
    HOTLINE_LEADER = "hotline_leader", _("hotline leader")
    STREET_STAFF = "street_staff", _("street staff")
    STREET_LEADER = "street_leader", _("street leader")
    PLATFORM_CLERK = "platform_clerk", _("district platform clerk")
    MANAGER = "manager", _("manager")
    LANE_STEWARD = "lane_steward", _("lane steward")
    AUDITOR = "auditor", _("audit administrator")
    SYSADMIN = "sysadmin", _("system administrator")
    SECADMIN = "secadmin", _("security administrator")


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """One row of the table."""

    duty: Any  # lazy sentence
    held_at: frozenset[str]  # "area", "department"
    perms: frozenset[Perm]

    @property
    def administers(self) -> bool:
        """Whether this is one of the three administrators, who hold no case rights."""
        return Perm.ADMIN_ENTER in self.perms


_AREA = frozenset({"area"})
_DEPARTMENT = frozenset({"department"})
_EITHER = _AREA | _DEPARTMENT
_LOOK = frozenset({Perm.AREA_VIEW, Perm.DEPARTMENT_VIEW, Perm.OBJECT_VIEW, Perm.CATALOGUE_VIEW})
_STAFF = _LOOK | {Perm.ACCOUNT_VIEW}
_CASES = frozenset({Perm.CASE_VIEW})
_WHISTLES = frozenset({Perm.WHISTLE_VIEW})
_NEIGHBOURHOOD = frozenset({Perm.COUNCIL_VIEW, Perm.LANE_VIEW})
_OURS = frozenset({Perm.CASE_VIEW_DEPARTMENT})
_TICKETS = frozenset({Perm.TICKET_VIEW_UNIT})
_HOTLINE = frozenset({Perm.TICKET_VIEW, Perm.CALLER_VIEW})
_SCORES = frozenset({Perm.EVALUATION_VIEW})
_ORIGINALS = frozenset({Perm.EVIDENCE_ORIGINAL})  # those who judge what a photo proves

ROLES: dict[Role, RoleSpec] = {
    Role.GRID_WORKER: RoleSpec(
        _("Patrols the grids of the post, reports what is found, verifies reports and checks finished work."),
        _AREA,
        _LOOK | _CASES | {Perm.REGISTER_VIEW, Perm.REGISTER_EDIT, Perm.REGISTER_REVEAL},
    ),
    Role.ACCEPTOR: RoleSpec(
        _("Receives reports, has them verified, and accepts or declines them."),
        _EITHER,
        _STAFF | _CASES | _ORIGINALS,
    ),
    Role.SHIFT_LEADER: RoleSpec(
        _("Leads the shift of the supervision centre: files cases and closes them."),
        _EITHER,
        _STAFF | _CASES | _ORIGINALS,
    ),
    Role.DISPATCHER: RoleSpec(
        _("Dispatches filed cases to departments and decides on their requests."), _EITHER, _STAFF | _CASES
    ),
    Role.DEPT_CLERK: RoleSpec(
        _("Receives the department's cases, assigns handlers and confirms their work."),
        _DEPARTMENT,
        _STAFF | _OURS | _TICKETS | _SCORES,
    ),
    Role.HANDLER: RoleSpec(_("Handles the department's cases on the spot."), _DEPARTMENT, _LOOK | _OURS | _TICKETS),
    Role.HOTLINE_OPERATOR: RoleSpec(
        _("Answers the 12345 hotline, logs demands and passes them to the unit responsible."),
        _EITHER,
        _LOOK | _CASES | _HOTLINE,
    ),
    Role.CALLBACK_AGENT: RoleSpec(
        _("Calls people back and asks whether their demand was met."), _EITHER, _LOOK | _CASES | _HOTLINE
    ),
    Role.HOTLINE_LEADER: RoleSpec(
        _("Leads the hotline: rules on returned tickets and exclusions."), _EITHER, _STAFF | _CASES | _HOTLINE | _SCORES
    ),
    Role.STREET_STAFF: RoleSpec(
        _("Handles what reaches the street, and prepares whistles."),
        _EITHER,
        _STAFF | _CASES | _TICKETS | _WHISTLES | _SCORES | _NEIGHBOURHOOD | {Perm.REGISTER_VIEW, Perm.LANE_MANAGE},
    ),
    Role.STREET_LEADER: RoleSpec(
        _("Leads the street office and may whistle for departments."),
        _EITHER,
        _STAFF | _CASES | _TICKETS | _WHISTLES | _SCORES | _NEIGHBOURHOOD
        | {Perm.REGISTER_VIEW, Perm.REGISTER_REVEAL, Perm.LANE_MANAGE},
    ),
    Role.PLATFORM_CLERK: RoleSpec(
        _("Reviews whistles for the district platform and issues them to departments."),
        _EITHER,
        _STAFF | _CASES | _TICKETS | _WHISTLES | _SCORES | _NEIGHBOURHOOD,
    ),
    Role.MANAGER: RoleSpec(
        _("Supervises, reads the scores and rules on appeals."),
        _EITHER,
        _STAFF | _CASES | _WHISTLES | _SCORES | _NEIGHBOURHOOD | _ORIGINALS | {Perm.TICKET_VIEW, Perm.UNIT_SUPERVISE},
    ),
    Role.LANE_STEWARD: RoleSpec(
        _("Looks after lanes as a volunteer: walks them, puts small things right and reports the rest."),
        _AREA,
        frozenset({Perm.LANE_WALK, Perm.CATALOGUE_VIEW}),
    ),
    Role.AUDITOR: RoleSpec(
        _("Reads the journal and proves it whole; changes nothing and has no case rights."),
        _AREA,
        frozenset(
            {
                Perm.AREA_VIEW, Perm.DEPARTMENT_VIEW, Perm.ACCOUNT_VIEW, Perm.JOURNAL_VIEW, Perm.JOURNAL_VERIFY,
                Perm.ADMIN_ENTER,
            }
        ),
    ),
    Role.SYSADMIN: RoleSpec(
        _("Keeps areas, departments, categories, objects and accounts; gives no posts and has no case rights."),
        _AREA,
        frozenset(
            {
                Perm.AREA_VIEW, Perm.AREA_MANAGE, Perm.DEPARTMENT_VIEW, Perm.DEPARTMENT_MANAGE, Perm.OBJECT_VIEW,
                Perm.OBJECT_MANAGE, Perm.CATALOGUE_VIEW, Perm.CATALOGUE_MANAGE, Perm.ACCOUNT_VIEW, Perm.ACCOUNT_MANAGE,
                Perm.ADMIN_ENTER,
            }
        ),
    ),
    Role.SECADMIN: RoleSpec(
        _("Gives and ends posts, ends sessions and lifts locks; opens no accounts and has no case rights."),
        _AREA,
        frozenset(
            {
                Perm.AREA_VIEW, Perm.DEPARTMENT_VIEW, Perm.ACCOUNT_VIEW, Perm.POST_MANAGE, Perm.SESSION_END,
                Perm.ADMIN_ENTER,
            }
        ),
    ),
}  # fmt: skip


def roles_with(perm: Perm) -> list[Role]:
    """Return the roles whose row holds ``perm``, in the table's order."""
    return [role for role, spec in ROLES.items() if perm in spec.perms]
