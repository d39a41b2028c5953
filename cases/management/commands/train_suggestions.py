"""``manage.py train_suggestions``: learn from the office's own tickets which words point to which category."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cases.history import cells, tables
from cases.hotline.measuring import SURE, Measured, measure
from cases.hotline.trained import FOLDS, text_of, train
from citygrid.common import clock
from citygrid.common.errors import Invalid, Refusal


class Command(BaseCommand):
    """Prints how often the model is right at tickets that it has not seen; the new version is used at once."""

    help = _(
        "Train the model that suggests categories of tickets, and say by cross-validation how often it is right. It is"
        " kept only when it is better than always naming the most frequent category."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to keep anything, or a labelled table to measure on instead."""
        parser.add_argument("--dry-run", action="store_true", help=_("Measure, and change nothing."))
        parser.add_argument(
            "--measure", type=Path, metavar="FILE",
            help=_("measure on a table of labelled texts (XLSX, CSV) instead, and keep nothing"),
        )  # fmt: skip
        parser.add_argument("--title", default="", metavar="COLUMN", help=_("column of the title in that table"))
        parser.add_argument("--text", default="", metavar="COLUMN", help=_("column of the text in that table"))
        parser.add_argument("--label", default="", metavar="COLUMN", help=_("column of the label in that table"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Train or measure, and report."""
        try:
            if options["measure"]:
                measured = _of_table(options["measure"], options["title"], options["text"], options["label"])
            else:
                row, measured = train(at=clock.now(), keep=not options["dry_run"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self._print(measured)
        if not options["measure"] and not options["dry_run"]:
            words = {"version": row.pk, "tickets": row.tickets}
            self.stdout.write(_("Version %(version)s, learned from %(tickets)d tickets, is used from now on.") % words)

    def _print(self, found: Measured) -> None:
        names = ("right", "among_three", "guess", "f1", "sure", "right_if_sure")
        told: dict[str, Any] = {name: f"{100 * (getattr(found, name) or 0):.1f}" for name in names}
        told |= {"texts": found.texts, "count": len(found.folds), "least": SURE}
        told["folds"] = ", ".join(f"{100 * one:.1f}" for one in found.folds)
        for line in (
            _("%(texts)d texts in %(count)d folds; each fold judged by a model that has not seen it."),
            _("First suggestion right: %(right)s %% (by fold: %(folds)s); by naming the most frequent: %(guess)s %%."),
            _("Right one among the first three: %(among_three)s %%. Mean F1 of the categories: %(f1)s %%."),
            _("With a share of at least %(least).1f (%(sure)s %% of the texts) right: %(right_if_sure)s %%."),
        ):
            self.stdout.write(line % told)
        line = _("%(label)s: %(texts)d texts, found %(recall).0f %%, right when named %(precision).0f %%")
        for one in found.labels:
            shares = {"recall": 100 * one.recall, "precision": 100 * one.precision}
            self.stdout.write("  " + line % {"label": one.label, "texts": one.texts, **shares})


def _of_table(path: Path, title: str, text: str, label: str) -> Measured:
    if not text or not label:
        raise Invalid(_("Name the columns: --text and --label, and --title where there is one."))
    columns = {"text": (text,), "label": (label,), **({"title": (title,)} if title else {})}
    rows = tables.read(path, tables.Layout(columns)).rows
    told = [tuple(cells.text(row.cells.get(name)) for name in (title, text, label)) for row in rows]
    labelled = [one for one in told if one[2] and one[1]]
    if len({one[2] for one in labelled}) < 2 or len(labelled) < 2 * FOLDS:
        raise Invalid(_("There is too little to measure: at least two labels and ten labelled texts are needed."))
    return measure([text_of(one[0], one[1]) for one in labelled], [one[2] for one in labelled], FOLDS)
