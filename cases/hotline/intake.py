"""One call from ring to saved: log the demand and, in the same breath, link it and take the first move; all or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.hotline.models import Ticket
from cases.hotline.services import log_ticket
from cases.workflow.engine import advance
from citygrid.common.errors import Invalid


class Step(TextChoices):
    """What happens with a demand right after it was written down."""

    DISPATCH = "dispatch", gettext_lazy("dispatch it")
    ANSWER = "answer", gettext_lazy("answer it at once")
    REFER = "out_of_scope", gettext_lazy("refer to another channel")
    KEEP = "keep", gettext_lazy("only log it, dispatch later")
    URGE = "urge", gettext_lazy("no new ticket: urge the earlier one")


# The inputs of the move that each step makes.
GIVEN: dict[Step, tuple[str, ...]] = {
    Step.DISPATCH: ("unit", "level"), Step.ANSWER: ("answer",), Step.REFER: ("other_channel", "advice"),
}  # fmt: skip


@transaction.atomic
def take_call(
    *, by: Any, at: datetime, step: str, given: Mapping[str, Any] | None = None, target: Ticket | None = None,
    **told: Any,
) -> Ticket:  # fmt: skip
    """Log what a caller told and make the first move on it; return the ticket, or the earlier one that was urged.

    ``told`` are the arguments of :func:`cases.hotline.services.log_ticket`, ``given`` the inputs of the move that
    ``step`` names, ``target`` an earlier ticket about the same matter. The same ``client_request_id`` again returns
    the first ticket and moves nothing. Raises what logging and the moves raise; then nothing was saved.
    """
    if step == Step.URGE:
        if target is None:
            fault = _("Choose the earlier ticket that is to be urged.")
            raise Invalid(fault, fields={"target": [fault]})
        # Who urges is not always who called first, whom the move hides by itself.
        note = told["caller"].hide(told["content"])
        return advance(target, "urge", by=by, at=at, **({"note": note} if note else {}))
    ticket = log_ticket(by=by, at=at, **told)
    if ticket.received_at != at:  # sent twice: the first one stands as it is
        return ticket
    if target is not None:
        ticket = advance(ticket, "link", by=by, at=at, target=target)
    if step != Step.KEEP:
        ticket = advance(ticket, str(step), by=by, at=at, **(given or {}))
    return ticket
