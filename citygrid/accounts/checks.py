"""A production database must not hold the demo's accounts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections

from citygrid.accounts.models import User


def no_demo_accounts(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Complain of demo accounts outside the demo. Runs with ``migrate`` and ``check --database default``."""
    if settings.DEMO or settings.DEBUG or not databases or "default" not in databases:
        return []
    table, column = User._meta.db_table, "is_demo"
    with connections["default"].cursor() as cursor:
        if table not in connections["default"].introspection.table_names(cursor):
            return []
        columns = connections["default"].introspection.get_table_description(cursor, table)
    if column not in {item.name for item in columns} or not User.objects.filter(is_demo=True).exists():
        return []
    return [
        Error(
            "This database holds demo accounts, whose password is public. They cannot sign in here.",
            hint="A demo is no base for production: start with an empty database.",
            id="accounts.E001",
        )
    ]
