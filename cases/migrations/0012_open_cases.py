from django.db import migrations, models

OPEN = (
    "reported", "verifying", "accepted", "filed", "dispatched", "handling", "suspended", "submitted", "fed_back",
    "pending_check", "checking", "pending_close", "callback",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_suggestions")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", OPEN)), fields=["state", "area", "id"], name="case_open"
            ),
        ),
    ]
