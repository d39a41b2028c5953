import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import citygrid.accounts.totp
import citygrid.common.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TotpDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, verbose_name="name")),
                ("confirmed", models.BooleanField(default=False, verbose_name="in use")),
                (
                    "key",
                    citygrid.common.crypto.EncryptedTextField(
                        default=citygrid.accounts.totp.new_key, verbose_name="key"
                    ),
                ),
                ("drift", models.SmallIntegerField(default=0, verbose_name="steps its clock is off")),
                ("last_t", models.BigIntegerField(default=-1, verbose_name="step of the last code used")),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(default=0, verbose_name="wrong codes in a row"),
                ),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(blank=True, null=True, verbose_name="last wrong code at"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "authenticator app",
                "verbose_name_plural": "authenticator apps",
            },
        ),
    ]
