"""Fill the browser tests' database with the cast: ``python -m tests.web.city``."""

from __future__ import annotations

import django

from citygrid import sqlite_driver


def main() -> None:
    """Build areas, departments and people; everybody has the cast's password."""
    from django.contrib.auth.hashers import make_password
    from django.test import override_settings

    from citygrid.accounts.models import User
    from citygrid.accounts.roles import Role
    from citygrid.common import clock
    from gridmap.areas.models import AreaVersion, Level
    from tests import cast
    from tests.cases.walk import catalogue

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        areas = cast.build_city()
        departments = cast.build_departments(areas)
        for name, (role, code) in cast.PEOPLE.items():
            cast.person(name, role, area=areas.get(code), department=departments.get(code))
        cast.person("zjclerk", Role.DEPT_CLERK, department=departments["ZJJ"])  # so that one can dispatch to it
        # Whoever reports a case may not verify it.
        cast.person("gw2", cast.PEOPLE["gw"][0], area=areas[cast.PEOPLE["gw"][1]])
    # One slow hash serves everybody: the browser signs in for real, but the cast is not hashed one by one.
    User.objects.update(password=make_password(cast.PASSWORD), password_set_at=clock.now())
    catalogue()
    for people, code in zip((40, 90, 140, 260), cast.GRIDS, strict=True):
        AreaVersion.objects.filter(area__code=code, level=Level.GRID).update(population=people, households=people // 3)


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main()
