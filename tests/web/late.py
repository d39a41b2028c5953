"""Let a day pass for one department called by a whistle: ``python -m tests.web.late WHISTLE DEPARTMENT``.

The browser's server lives by the clock on the wall, so the limit is moved into the past instead; the job that marks
who did not come then runs as the worker runs it.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

from citygrid import sqlite_driver


def main(whistle: str, department: str) -> None:
    """Move the department's clocks a day and an hour back, and mark who is absent."""
    from django.db.models import F

    from cases.deadlines.models import Clock
    from cases.whistles import timely
    from cases.whistles.report_ins import ReportIn
    from citygrid.common import clock

    one = ReportIn.objects.get(whistle__number=whistle, department__code=department)
    day = timedelta(hours=25)
    clocks = Clock.objects.filter(subject_type=ReportIn._meta.label_lower, subject_id=one.pk)
    clocks.update(started_at=F("started_at") - day, due_at=F("due_at") - day, warn_at=F("warn_at") - day)
    marked = timely.run(clock.now())
    if marked != 1:
        raise SystemExit(f"{marked} were marked absent instead of one.")


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main(*sys.argv[1:])
