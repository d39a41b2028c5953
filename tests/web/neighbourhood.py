"""Give the browser tests councils, lanes, and what is evaluated: ``python -m tests.web.neighbourhood FILE``.

The file gets what the pages are found by, as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from citygrid import sqlite_driver


def main(file: Path) -> None:
    """Carry matters, walks, a ticket and a whistle to their states through the services."""
    from django.contrib.gis.geos import LineString

    from cases.casework.models import Case
    from cases.catalogue.conditions import FilingCondition
    from cases.stewards.services import add_lane, record_walk
    from cases.workflow.engine import advance
    from citygrid.accounts.models import User
    from citygrid.common import clock
    from gridmap.areas.models import Area
    from tests import cast
    from tests.cases.council_walk import MatterWalk
    from tests.cases.lanes import lane_with_steward, ticked
    from tests.cases.ticket_walk import SAD, TicketWalk
    from tests.cases.walk import photo
    from tests.cases.whistling import Tune

    people: dict[str, Any] = {user.username: user for user in User.objects.all()}
    now = clock.now()
    city = {area.code: area for area in Area.objects.all()}

    matters: dict[str, str] = {}
    for days, state in ((1, "proposed"), (2, "on_agenda"), (8, "decided"), (9, "in_hand"), (11, "published")):
        walk = MatterWalk(people, at=now - timedelta(days=days))
        walk.to(state)
        matters[state] = walk.matter.number
    joined = MatterWalk(people, at=now - timedelta(days=9))
    joined.to("decided")
    joined.do("link_case", category=FilingCondition.objects.get().category.code, position="120.205,27.335")

    lane = lane_with_steward(people, city)
    add_lane(
        code="SQ-02", name="没有管家的一条名字很长的小巷北段", name_en="Long northern lane without a steward",
        area=city[cast.GRIDS[1]], at=now - timedelta(days=30), by=people["street"],
        line=LineString((120.211, 27.335), (120.218, 27.335), srid=4326),
    )  # fmt: skip
    found = ticked(piles=("reported", "巷口堆了沙石"), advertising=("fixed", "撕掉三张小广告"))
    walks = []
    for days, findings, pictures in ((3, ticked(), []), (0, found, [photo(people["steward"])])):
        walks.append(
            record_walk(
                lane=lane, findings=findings, lon=120.205, lat=27.335, by=people["steward"],
                at=now - timedelta(days=days), accuracy_m=8, note="路灯下午亮着", photos=pictures,
            )
        )  # fmt: skip
    advance(walks[0], "read", by=people["street"], at=now, answer="谢谢，已转保洁")

    ended = TicketWalk(people, at=now - timedelta(minutes=20))
    ended.to("callback_open")
    ended.do("close_callback", "callback", fault="conditions", **SAD)
    Tune(people, names=("CGJ", "ZJJ"), at=now - timedelta(hours=3)).to("fed_back")
    told = {"matters": matters, "walks": [one.pk for one in walks], "ticket": ended.ticket.number,
            "case": Case.objects.filter(source="street").get().number}  # fmt: skip
    file.write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main(Path(sys.argv[1]))
