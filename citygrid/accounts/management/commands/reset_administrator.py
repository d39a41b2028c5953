"""``manage.py reset_administrator USERNAME``: a new first password for an administrator who cannot sign in any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from citygrid.accounts import services
from citygrid.accounts.authority import will_have
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.common import clock


class Command(BaseCommand):
    """Stands on the server, because on the pages no administrator may become another one."""

    help = "Give an administrator a new first password and print it; sessions and tokens end, the journal keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the login name."""
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> str:
        """Set it and return it alone, so that it can be piped."""
        at, name = clock.now(), options["username"]
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(_("There is no open account %(name)s.") % {"name": name})
        if not will_have(user, Perm.ADMIN_ENTER, at):
            raise CommandError(
                _("%(name)s is no administrator. The system administrator sets this password on the page of accounts.")
                % {"name": name}
            )
        return services.set_first_password(user=user, at=at)
