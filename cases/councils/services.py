"""What is more than one move: taking a proposal of residents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.casework.numbers import next_number
from cases.councils.models import CouncilMatter
from cases.workflow.engine import create, may_create
from cases.workflow.inputs import MAX_TEXT
from citygrid.common.errors import Invalid
from gridmap.areas.models import Area, Level

SERIES = "Y"  # 议: FDY202611210001
LEVELS = (Level.COMMUNITY, Level.STREET)
LONGEST = {"title": 100, "proposal": MAX_TEXT, "proposed_by": 100}  # characters


def propose(
    *, area: Area, title: str, proposal: str, by: Any, at: datetime, proposed_by: str = "", client_request_id: str = ""
) -> CouncilMatter:
    """Take a proposal for the council of a community or street, and return the new matter.

    The same ``client_request_id`` again returns the first one. ``proposed_by`` says in words who proposes it, without
    names. Raises ``Invalid`` for a missing or too long text or an area of another level, and ``NotAllowed``.
    """
    if earlier := _earlier(by, client_request_id):
        return earlier
    given = {"title": title.strip(), "proposal": proposal.strip(), "proposed_by": proposed_by.strip()}
    faults = {name: [_("This is needed.")] for name in ("title", "proposal") if not given[name]}
    for name, text in given.items():
        if len(text) > LONGEST[name]:
            faults[name] = [_("This is longer than %(limit)s characters.") % {"limit": LONGEST[name]}]
    if area.level not in LEVELS:
        faults["area"] = [_("A council meets for a community or a street. Choose one.")]
    if faults:
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)
    matter = CouncilMatter(
        area=area, **given, recorded_by=by, proposed_at=at, client_request_id=client_request_id,
    )  # fmt: skip
    may_create(matter, "propose", by=by, at=at)
    matter.number = next_number(at, SERIES)
    try:
        with transaction.atomic():
            return create(matter, "propose", by=by, at=at)
    except IntegrityError:  # the same request came twice at the same moment, and the other one won
        if earlier := _earlier(by, client_request_id):
            return earlier
        raise


def _earlier(by: Any, client_request_id: str) -> CouncilMatter | None:
    if not client_request_id:
        return None
    found: CouncilMatter | None = CouncilMatter.objects.filter(
        recorded_by=by, client_request_id=client_request_id
    ).first()
    return found
