"""Which of the possible moves carries a ticket on."""

from __future__ import annotations

from cases.hotline.models import Ticket

# The first of these that is possible.
FORWARD = ("dispatch", "sign", "sign_off", "reply", "contact", "open_callback", "close_callback")


def forward(ticket: Ticket, possible: set[str]) -> str:
    """Return the name of the move, or nothing. Whom the unit owes a contact it contacts before it replies."""
    row = ticket.current_round()
    owed = row is not None and row.contact_due and row.contacted_at is None
    if owed and "contact" in possible:
        return "contact"
    return next((name for name in FORWARD if name in possible), "")
