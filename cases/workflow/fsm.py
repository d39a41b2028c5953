"""The lock on the door: table rows become django-fsm transitions, and a save is a compare-and-set on ``version``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import RETURN_VALUE, FSMModelMixin, transition

from cases.workflow.table import Transition
from citygrid.common.errors import Conflict
from citygrid.common.saving import Saving

PREFIX = "move_"


def bridge(rows: tuple[Transition, ...], field: str = "state") -> type:
    """Return an abstract model with one protected FSM method for every row that changes the state."""
    methods: dict[str, Callable[..., Any]] = {}
    for row in rows:
        if not row.sources or not row.targets:
            continue
        target = row.targets[0] if len(row.targets) == 1 else RETURN_VALUE(*row.targets)
        methods[PREFIX + row.name] = transition(field=field, source=list(row.sources), target=target)(_method(row))
    meta = type("Meta", (), {"abstract": True})  # abstract, so that migrations do not name it as a base
    metaclass: Any = type(models.Model)
    return metaclass("Moves", (models.Model,), {**methods, "Meta": meta, "__module__": __name__})


def _method(row: Transition) -> Callable[[Any, str], str]:
    def move(self: Any, target: str) -> str:
        return target

    move.__name__ = PREFIX + row.name
    move.__doc__ = f"Move by the row “{row.name}”; called by the engine alone."
    return move


def stale(current: Any) -> Conflict:
    """Return the refusal of a move that was decided on an older version."""
    return Conflict(
        _("Somebody else has changed this in the meantime. Look at what changed, then decide again."),
        code="stale_version", current=current,
    )  # fmt: skip


class Findable(models.QuerySet[Any]):
    """A queryset of subjects from which the engine takes the one that is to be moved."""

    def find_for(self, user: Any, at: datetime, **key: Any) -> Any:
        """Return the one that ``key`` names, if the person may see it, else ``None``."""
        return self.visible_to(user, at).filter(**key).first()  # type: ignore[attr-defined]


class Versioned(FSMModelMixin, Saving):
    """A subject of a lifecycle. Saving succeeds only if nobody else saved since it was loaded."""

    version = models.PositiveIntegerField(gettext_lazy("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def holder_of_evidence(self) -> Any:
        """Return what the evidence of a move belongs to, or ``None`` where there is nothing for it to belong to."""
        return self

    def roles_expected(self) -> tuple[Any, ...]:
        """Return the roles that this subject waits for, where its state alone does not say it."""
        return ()

    def must_be_stored(self) -> dict[str, Any]:
        """Require the version before ours."""
        return {"version": self.version - 1}

    def _do_update(self, *args: Any) -> Any:
        """Update where the stored version is still the one before ours. Raises ``Conflict`` otherwise."""
        changed = super()._do_update(*args)
        if not changed:
            raise stale(type(self).objects.filter(pk=self.pk).first())  # type: ignore[attr-defined]
        return changed
