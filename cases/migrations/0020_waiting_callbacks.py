from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0019_caller_words_of_a_round"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                fields=["asked_for_at", "id"], name="callback_waiting", condition=models.Q(("ended_at", None))
            ),
        ),
        migrations.AddIndex(
            model_name="callbackattempt",
            index=models.Index(fields=["at"], name="callback_attempt_vain", condition=models.Q(("reached", False))),
        ),
    ]
