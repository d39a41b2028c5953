from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from citygrid.common import generated, periodic


class AccountsConfig(AppConfig):
    """Accounts, sessions, tokens."""

    name = "citygrid.accounts"
    label = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        """Announce what is cleaned up, the check that production holds no demo accounts, and the rights drawn."""
        from citygrid.accounts import lockout, rights_document, sessions  # noqa: PLC0415 - models are not loaded before this
        from citygrid.accounts.checks import no_demo_accounts  # noqa: PLC0415

        periodic.register("accounts.purge_sessions", timedelta(minutes=10), sessions.purge)
        periodic.register("accounts.purge_failures", timedelta(minutes=10), lockout.purge)
        generated.register("docs/rights.md", rights_document.render)
        checks.register(no_demo_accounts, checks.Tags.database)
