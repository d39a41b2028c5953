"""Give the browser tests cases for which the rules propose a department: ``python -m tests.web.proposed FILE``.

The file gets their numbers: one that waits for the dispatcher, and one just reported. ``allposts`` is accepting, filing
and dispatching, as one person does in a small county.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

from citygrid import sqlite_driver


def main(file: Path) -> None:
    """Enter a category of its own, so that nothing is proposed for the cases of other tests."""
    from cases.catalogue.conditions import ConditionLimit, FilingCondition
    from cases.catalogue.models import Category, CategoryStandard
    from cases.routing.maintain import About, add_responsibility
    from citygrid.accounts.models import User
    from citygrid.accounts.roles import Role
    from citygrid.common import clock
    from gridmap.areas.models import Area
    from gridmap.departments.models import Department
    from gridmap.posts.models import Post
    from tests import cast
    from tests.cases.walk import Walk

    people: dict[str, Any] = {user.username: user for user in User.objects.all()}
    departments = {one.code: one for one in Department.objects.all()}
    at = clock.now() - timedelta(minutes=30)
    category = Category.objects.create(
        code="CJ214-E0199", standard=CategoryStandard.objects.get(), kind="event", major_code="01",
        major_name="市容环境", minor_code="99", name="占道撑伞",
    )  # fmt: skip
    condition = FilingCondition.objects.create(
        code="CJ214-E0199-01", category=category, text="占道撑伞", closing_text="收起", valid_from=cast.START
    )
    ConditionLimit.objects.create(condition=condition, value=Decimal(4), unit="work_hour")
    add_responsibility(
        area=Area.objects.get(code=cast.OURS), department=departments["CGJ"], about=About(category),
        reason="市容管理职责", at=cast.START,
    )  # fmt: skip
    person = cast.person("allposts", Role.ACCEPTOR, department=departments["JDZX"])
    for role, code in ((Role.SHIFT_LEADER, "JDZX"), (Role.DISPATCHER, "ZHZX")):
        Post.objects.create(user=person, role=role, department=departments[code], starts_at=cast.START)
    filed, reported = Walk(people, condition, at=at), Walk(people, condition, at=at)
    filed.to("filed")
    file.write_text(f"{filed.case.number} {reported.case.number}", "utf-8")


if __name__ == "__main__":
    sqlite_driver.install()
    django.setup()
    main(Path(sys.argv[1]))
