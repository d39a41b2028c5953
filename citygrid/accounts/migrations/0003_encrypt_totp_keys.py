"""Move the keys of authenticator apps out of django-otp's table, where they lay open; empty the access log of axes."""

from __future__ import annotations

from typing import Any

from django.db import migrations

OLD = "otp_totp_totpdevice"  # of an app that is not installed any more, so not to be had as a model
COLUMNS = (
    "user_id", "name", "confirmed", "key", "drift", "last_t", "throttling_failure_timestamp",
    "throttling_failure_count",
)  # fmt: skip


def move_keys(apps: Any, schema_editor: Any) -> None:
    """Copy every key, now encrypted, and drop the old table; a new installation has none."""
    connection, model = schema_editor.connection, apps.get_model("accounts", "TotpDevice")
    with connection.cursor() as cursor:
        if OLD not in connection.introspection.table_names(cursor):
            return
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM {OLD} ORDER BY id")  # noqa: S608 - constants alone
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            failed_at = model._meta.get_field("throttling_failure_timestamp")
            row[failed_at.name] = _moment(connection, failed_at, row[failed_at.name])
            model.objects.create(**{**row, "confirmed": bool(row["confirmed"])})
        cursor.execute(f"DROP TABLE {OLD}")


def _moment(connection: Any, field: Any, value: Any) -> Any:
    """Read a time as the engine would have for a model: SQLite gives text."""
    for convert in connection.ops.get_db_converters(field.get_col(field.model._meta.db_table)):
        value = convert(value, None, connection)
    return value


def empty_access_log(apps: Any, schema_editor: Any) -> None:
    """Forget who signed in from where: the journal knows, and this list is not kept any more."""
    apps.get_model("axes", "AccessLog").objects.all().delete()


class Migration(migrations.Migration):
    """One way: keys are not laid open again."""

    dependencies = [("accounts", "0002_totp_device"), ("axes", "0001_initial")]
    operations = [
        migrations.RunPython(move_keys, elidable=False),
        migrations.RunPython(empty_access_log, elidable=False),
    ]
