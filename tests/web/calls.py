"""Give the browser tests tickets of every sort: ``python -m tests.web.calls``."""

from __future__ import annotations

from datetime import timedelta

import django

from citygrid import sqlite_driver


def main() -> None:
    """Log tickets and carry them to their states through the services."""
    from citygrid.accounts.models import User
    from citygrid.common import clock
    from tests.cases.ticket_walk import SAD, TicketWalk

    people = {user.username: user for user in User.objects.all()}
    now = clock.now()

    def walk(hours: int, state: str) -> TicketWalk:
        found = TicketWalk(people, at=now - timedelta(hours=hours))
        found.to(state)
        return found

    for hours, state in ((1, "logged"), (2, "dispatched"), (3, "handling"), (60, "replied"), (40, "replied")):
        walk(hours, state)
    again = walk(30, "callback_open")
    again.do("redo", "callback", opinion="垃圾还在", **SAD)
    again.do("sign", "street")
    again.reply()


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main()
