"""Close a ticket in the browser tests' database: ``python -m tests.web.matter FILE`` writes its number to the file."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import django

from citygrid import sqlite_driver


def main(file: Path) -> None:
    """Log, handle and close one ticket of today."""
    from cases.hotline.seeding import load_types
    from citygrid.accounts.models import User
    from citygrid.common import clock
    from tests import cast
    from tests.cases.ticket_walk import SAD, TicketWalk

    load_types(at=cast.START)
    walk = TicketWalk({user.username: user for user in User.objects.all()}, at=clock.now() - timedelta(minutes=20))
    walk.to("callback_open")
    walk.do("close_callback", "callback", fault="conditions", **SAD)
    file.write_text(walk.ticket.number)


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main(Path(sys.argv[1]))
