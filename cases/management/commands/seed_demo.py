"""``manage.py seed_demo [--reset]``: fill an empty database with the demonstration city and print its logins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue.conditions import FilingCondition
from cases.catalogue.importing import import_categories
from cases.catalogue.models import Category
from cases.catalogue.seeding import load_conditions
from cases.deadlines.calendar_import import import_calendar
from cases.deadlines.models import CalendarYear
from cases.demo import play
from cases.hotline.reference import TicketCategory
from cases.hotline.seeding import load_categories, load_reasons, load_types
from cases.routing.importing import import_responsibilities
from cases.routing.models import Responsibility
from citygrid.accounts.models import User
from citygrid.common import clock
from gridmap.demo import build, logins
from gridmap.demo.fixtures import FIXTURES


class Command(BaseCommand):
    """Does everything or nothing; a second run changes nothing but a password that was asked for anew."""

    help = _("Fill an empty database with the demonstration city. Only where CITYGRID_DEMO=1.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to set the logins back."""
        parser.add_argument(
            "--reset", action="store_true", help=_("Open every demo account again and set its password anew.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed what is missing, then print who may sign in."""
        if not settings.DEMO:
            raise CommandError(
                _("Demo accounts exist only in a demonstration. Start one with ./run demo; it sets CITYGRID_DEMO=1.")
            )
        password = logins.wanted_password()
        for weakness in logins.weaknesses(password):
            self.stderr.write(_("CITYGRID_DEMO_PASSWORD is weak: %(why)s") % {"why": weakness})
        with transaction.atomic():
            self._seed()
            if options["reset"] or not logins.in_effect(password):
                logins.set_password(password=password, at=clock.now())
        self._print(password)

    def _seed(self) -> None:
        if not build.exists():
            build.build()
        elif not User.objects.filter(is_demo=True).exists():
            raise CommandError(
                _("This database already holds a city that is not the demonstration's. Use an empty database.")
            )
        if not Category.objects.exists():
            import_categories(path=FIXTURES / "categories.csv", at=build.START)
        if not FilingCondition.objects.exists():
            load_conditions(path=FIXTURES / "filing_conditions.csv", at=build.START)
        if not Responsibility.objects.exists():
            import_responsibilities(path=FIXTURES / "demo" / "responsibilities.csv", at=build.START)
        load_types(at=build.START)
        load_reasons(at=build.START)
        if not TicketCategory.objects.exists():
            load_categories(path=FIXTURES / "ticket_categories.csv", at=build.START)
        if not CalendarYear.objects.exists():
            import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=build.START)
        if not play.is_filled():
            self.stderr.write(_("Playing a fortnight of casework; this takes about a minute ..."))
            play.fill(at=clock.now())

    def _print(self, password: str) -> None:
        for login, name, posts in logins.table():
            self.stdout.write(f"{login:<13} {name}  {posts}")
        self.stdout.write(_("The password of all of them is: %(password)s") % {"password": password})
