"""Fill the browser tests' database with the cast: ``python -m tests.web.city``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django

from citygrid import sqlite_driver


def main() -> None:
    """Build areas, departments and people; everybody has the cast's password."""
    from django.contrib.auth.hashers import make_password
    from django.test import override_settings

    from citygrid.accounts.models import User
    from citygrid.common import clock
    from gridmap.areas.models import AreaVersion, Level
    from tests import cast
    from tests.cases.walk import catalogue
    from tests.cases.whistling import add_departments

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        areas = cast.build_city()
        departments = cast.build_departments(areas)
        cast.build_people(areas, departments)
        add_departments({}, areas)  # with clerks, so that one can dispatch to them
        # Whoever reports a case may not verify it.
        cast.person("gw2", cast.PEOPLE["gw"][0], area=areas[cast.PEOPLE["gw"][1]])
    # One slow hash serves everybody: the browser signs in for real, but the cast is not hashed one by one.
    User.objects.update(password=make_password(cast.PASSWORD), password_set_at=clock.now())
    catalogue()
    for people, code in zip((40, 90, 140, 260), cast.GRIDS, strict=True):
        AreaVersion.objects.filter(area__code=code, level=Level.GRID).update(population=people, households=people // 3)
    hotline(areas)


def hotline(areas: Any) -> None:
    """What the hotline needs: its lists, the platform, places to be found, and a caller with an open ticket."""
    from django.contrib.gis.geos import Point

    from cases.hotline.reference import TicketCategory
    from cases.hotline.seeding import load_types
    from citygrid.accounts.models import User
    from citygrid.common import clock
    from gridmap.departments.models import Department, DepartmentKind
    from gridmap.objects.services import add_building
    from gridmap.places.index import catch_up
    from tests import cast
    from tests.cases.ticket_walk import TicketWalk

    at = clock.now()
    load_types(at=cast.START)
    TicketCategory.objects.create(code="CG-01", name="建筑垃圾", name_en="Construction waste", keywords="建筑垃圾 渣土")
    Department.objects.create(code="PT", name="区级平台", kind=DepartmentKind.CENTRE, area_served=areas[cast.CITY])
    add_building(
        code="B1", name="石亭新村3号楼", address="石亭路12号", area=areas[cast.GRIDS[0]], at=at,
        geom=Point(120.2031, 27.3351, srid=4326),
    )  # fmt: skip
    catch_up(at)
    TicketWalk({one.username: one for one in User.objects.all()}, at=at - timedelta(hours=1)).to("handling")


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main()
