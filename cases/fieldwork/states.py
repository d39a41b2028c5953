"""States, kinds and verdicts of field tasks."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskKind(TextChoices):
    """What is asked: 核实 before filing, 核查 before closing, 巡查."""

    VERIFY = "verify", _("verification")
    CHECK = "check", _("check")
    PATROL = "patrol", _("patrol")


class TaskState(TextChoices):
    """Where a task stands."""

    ASSIGNED = "assigned", _("assigned")
    ACCEPTED = "accepted", pgettext_lazy("field task", "accepted")
    DONE = "done", _("done")
    EXPIRED = "expired", pgettext_lazy("field task", "expired")
    CANCELLED = "cancelled", pgettext_lazy("field task", "cancelled")


class Verdict(TextChoices):
    """What the grid worker found."""

    TRUE = "true", _("it is so")
    FALSE = "false", _("it is not so")
    UNCLEAR = "unclear", _("unclear")
    PASS = "pass", _("the closing condition is met")
    FAIL = "fail", _("the closing condition is not met")
    FINISHED = "finished", _("patrol finished")


VERDICTS_OF: dict[str, tuple[Verdict, ...]] = {
    TaskKind.VERIFY: (Verdict.TRUE, Verdict.FALSE, Verdict.UNCLEAR),
    TaskKind.CHECK: (Verdict.PASS, Verdict.FAIL),
    TaskKind.PATROL: (Verdict.FINISHED,),
}
