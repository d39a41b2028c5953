"""Draws ``docs/rights.md`` from the table of roles."""

from __future__ import annotations

from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role, roles_with

_INTRODUCTION = """\
# Roles and rights

Drawn from `citygrid/accounts/roles.py` by `manage.py draw_docs`; change it there.
A role is held by a post, at an area or a department and for a time. Its rights reach as far as that area and
everything below it, or the area that the department serves. The rights to move a case come with the lifecycles.
"""


def render() -> str:
    """Return the document: every role with its duty and rights, then every right with its roles."""
    parts = [_INTRODUCTION, "## Roles\n", *(_role(role) for role in ROLES), "## Rights\n", _rights()]
    return "\n".join(parts)


def _role(role: Role) -> str:
    spec = ROLES[role]
    held_at = " or ".join(f"an {place}" if place == "area" else f"a {place}" for place in sorted(spec.held_at))
    rights = "\n".join(f"- `{perm.value}` {perm.label}" for perm in Perm if perm in spec.perms)
    return f"### {str(role.label).capitalize()} (`{role.value}`)\n\n{spec.duty} Held at {held_at}.\n\n{rights}\n"


def _rights() -> str:
    head = "| right | what it allows | roles |\n|---|---|---|\n"
    rows = (
        f"| `{perm.value}` | {perm.label} | {', '.join(str(role.label) for role in roles_with(perm))} |"
        for perm in Perm
    )
    return head + "\n".join(rows)
