"""Write the documents that are drawn from the code, or check that they are fresh."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from citygrid.common.generated import documents


class Command(BaseCommand):
    """``draw_docs`` writes, ``draw_docs --check`` only compares."""

    help = "Write the documents that are drawn from the code; --check only says which are out of date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a document is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Render every registered document."""
        stale = []
        for path, render in sorted(documents().items()):
            target = settings.BASE_DIR / path
            with translation.override("en"):
                text = render().rstrip() + "\n"
            if target.exists() and target.read_text(encoding="utf-8") == text:
                continue
            stale.append(path)
            if not options["check"]:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                self.stdout.write(f"{path} written.")
        if stale and options["check"]:
            raise CommandError(f"Out of date: {', '.join(stale)}. Run ./run fix and commit the result.")
