"""Fail when a text that people see has no finished Chinese translation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

LOCALE = "zh_Hans"
CATALOGUE = Path("citygrid/locale") / LOCALE / "LC_MESSAGES" / "django.po"
# What the texts can stand in. The rest (node_modules, data, tests) is not looked at.
SOURCES = ("manage.py", "citygrid", "gridmap", "cases", "notifications", "templates")


class Command(BaseCommand):
    """Extracts afresh into a copy of the sources, so the working tree stays as it is."""

    help = "List every text without a finished Chinese translation, and fail if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Extract, then ask gettext's own tools what is missing, fuzzy or malformed."""
        if not shutil.which("msgattrib"):
            raise CommandError("The gettext tools are not installed (package gettext).")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder)
            self._extract(copy)
            catalogue = copy / CATALOGUE
            missing = _texts(catalogue, "--untranslated")
            unsure = _texts(catalogue, "--translated", "--only-fuzzy")
            malformed = _run("msgfmt", "--check", "-o", os.devnull, str(catalogue), may_fail=True)
        for heading, texts in (("Not translated", missing), ("Fuzzy", unsure), ("Malformed", malformed)):
            if texts:
                self.stdout.write(f"{heading}:\n{texts}\n")
        if missing or unsure or malformed:
            raise CommandError(
                f"{CATALOGUE} is not complete. Run ./run manage makemessages -l {LOCALE} --no-obsolete, translate, "
                "remove the word fuzzy where the translation is right, and run this again."
            )
        self.stdout.write("Every text is translated.")

    @staticmethod
    def _extract(copy: Path) -> None:
        ignore = shutil.ignore_patterns("__pycache__", "*.mo", "static")
        for name in SOURCES:
            source = settings.BASE_DIR / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=ignore)
            else:
                shutil.copy(source, copy / name)
        (copy / "citygrid" / "locale").mkdir(exist_ok=True)
        environment = {**os.environ, "CITYGRID_HOME": str(copy / "var"), "PYTHONPATH": str(copy)}
        command = [sys.executable, "manage.py", "makemessages", "-l", LOCALE, "--no-obsolete", "--no-wrap"]
        _run(*command, cwd=copy, env=environment)


def _texts(catalogue: Path, *filters: str) -> str:
    """Return the entries that ``filters`` select, with the places they stand in and without the header."""
    listing = _run("msgattrib", *filters, "--no-obsolete", "--no-wrap", str(catalogue))
    entries = listing.split("\n\n")
    return "\n".join(entry for entry in entries if "#: " in entry).strip()


def _run(*command: str, may_fail: bool = False, **options: Any) -> str:
    """Run a tool of gettext or our own; return what it printed, or of a failure that may be, what it complained of."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603 - fixed commands
    if done.returncode and may_fail:
        return done.stderr.strip()
    if done.returncode:
        raise CommandError(f"{command[0]} failed: {done.stderr.strip()}")
    return "" if may_fail else done.stdout
