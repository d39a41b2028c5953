"""Indexes for lists: a department's cases by state and time, and clocks by when they run out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_origins")]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_department_state"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["lead_department", "state", "-reported_at", "-id"], name="case_department_reported"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("paused_since", None), ("stopped_at", None)),
                fields=["subject_type", "due_at", "subject_id"],
                name="clock_by_due",
            ),
        ),
    ]
