from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """What happens to it?"""

    name = "cases"
    verbose_name = _("cases")

    def ready(self) -> None:
        """Connect the journal to the port that the lower apps write through, and have it sealed daily."""
        from cases import ties  # noqa: PLC0415
        from cases.casework import timely  # noqa: PLC0415
        from cases.casework.wiring import connect  # noqa: PLC0415
        from cases.councils import wiring as councils  # noqa: PLC0415
        from cases.deadlines import escalation  # noqa: PLC0415
        from cases.evidence.purge import purge  # noqa: PLC0415
        from cases.hotline import wiring as hotline  # noqa: PLC0415
        from cases.journal.append import append, append_many  # noqa: PLC0415 - models are not ready at import time
        from cases.journal.seals import seal  # noqa: PLC0415
        from cases.routing.wiring import connect as connect_routing  # noqa: PLC0415
        from cases.stewards import wiring as stewards  # noqa: PLC0415
        from cases.web.councils import waiting as councils_waiting  # noqa: PLC0415
        from cases.web.hotline.listed import waiting as tickets_waiting  # noqa: PLC0415
        from cases.web.lanes import waiting as lanes_waiting  # noqa: PLC0415
        from cases.web.whistles import waiting as whistles_waiting  # noqa: PLC0415
        from cases.web.worklist import waiting  # noqa: PLC0415
        from cases.whistles import timely as whistles_timely  # noqa: PLC0415
        from cases.whistles.wiring import connect as connect_whistles  # noqa: PLC0415
        from citygrid.common import facts, periodic, worklists  # noqa: PLC0415

        connect()
        connect_routing()
        hotline.connect()
        connect_whistles()
        councils.connect()
        stewards.connect()
        ties.connect()
        facts.plug(append, append_many)
        worklists.register(waiting)
        worklists.register(tickets_waiting)
        worklists.register(whistles_waiting)
        worklists.register(councils_waiting)
        worklists.register(lanes_waiting)
        periodic.register("sweep up unused evidence", timedelta(hours=1), purge)
        periodic.register("watch the deadlines", timedelta(minutes=1), escalation.run)
        periodic.register("move on what waits for a date", timedelta(minutes=1), timely.run)
        periodic.register("mark who did not come to a whistle", timedelta(minutes=1), whistles_timely.run)
        periodic.register("seal the journal", timedelta(days=1), seal)
