"""May this person write this plan? Only into areas in which a post of theirs gives the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citygrid.accounts.permissions import Perm
from citygrid.common.errors import NotAllowed
from gridmap.importing.plan import Plan
from gridmap.importing.report import some
from gridmap.scope import area_ids


def within(user: Any, at: datetime) -> Callable[[Plan], None]:
    """Return a guard that raises ``NotAllowed`` when a plan touches an area outside the person's own."""

    def guard(plan: Plan) -> None:
        own = set(area_ids(user, Perm.AREA_MANAGE, at).values_list("descendant_id", flat=True))
        strange = [unit.label for unit in plan.new if unit.parent is None or unit.parent.id not in own]
        for unit in (*plan.redrawn, *plan.renewed, *plan.moved, *plan.same):
            if unit.node is None or unit.node.id not in own:
                strange.append(unit.label)
        strange += [unit.label for unit in plan.moved if unit.parent is None or unit.parent.id not in own]
        strange += [code for pk, code in plan.adopted.items() if pk not in own]
        if strange or any(node.id not in own for node in plan.missing):
            raise NotAllowed(
                _(
                    "The file reaches outside the areas that you manage (%(some)s). "
                    "Import only your own areas, or ask somebody whose post covers them."
                )
                % {"some": some(dict.fromkeys(strange)) or "–"}
            )

    return guard
