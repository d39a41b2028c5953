"""Load a case with everything that hangs on it, by few queries whose SQL is made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef

from cases.api.children import CHILDREN
from cases.api.reader import Reader
from cases.casework.models import Case
from cases.casework.urgency import SUBJECT_TYPE
from cases.deadlines.models import Clock
from citygrid.accounts.permissions import Perm
from citygrid.common.hydrate import holding
from citygrid.common.prepared import Prepared

JOINS = ("category", "lead_department", "handler", "condition", "reporter", "closed_by", "merged_into")
# Rounds and helpers there are from the first dispatch on; of the rest the case itself is asked whether there are any.
_BY_ROUND = ("rounds", "co_departments")
_FLAGGED = tuple(name for name in CHILDREN if name not in _BY_ROUND)


def _flagged(cases: Any) -> Any:
    flags = {}
    for name in _FLAGGED:
        relation: Any = Case._meta.get_field(name)
        rows = relation.related_model.objects.filter(**{relation.field.name: OuterRef("pk")}).order_by()
        flags[f"has_{name}"] = Exists(rows)
    return cases.select_related(*JOINS).annotate(**flags)


_BY_NUMBER = Prepared(
    lambda number, roots, departments: _flagged(Case.objects.in_scope(roots, departments)).filter(number=number)
)
_BY_KEY = Prepared(lambda pk, roots, departments: _flagged(Case.objects.in_scope(roots, departments)).filter(pk=pk))


def _rows_of(name: str, rows: Callable[[], Any]) -> Prepared:
    relation: Any = Case._meta.get_field(name)
    return Prepared(lambda case: rows().filter(**{relation.field.name: case}))


_CHILDREN = {name: _rows_of(name, rows) for name, rows in CHILDREN.items()}
_MANAGERS = {name: rows().model._base_manager for name, rows in CHILDREN.items()}
CLOCKS = Prepared(
    lambda cases: (
        Clock.objects.filter(subject_type=SUBJECT_TYPE, subject_id__in=cases)
        .select_related("department")
        .order_by("pk")
    )
)


def load(reader: Reader, **key: Any) -> Case | None:
    """Return the case with that ``number`` or ``pk``, children included, if the reader may see it."""
    scope = {
        "roots": reader.acting.roots(Perm.CASE_VIEW),
        "departments": reader.acting.departments(Perm.CASE_VIEW_DEPARTMENT),
    }
    found = _BY_NUMBER(**key, **scope) if "number" in key else _BY_KEY(**key, **scope)
    if not found:
        return None
    case: Case = found[0]
    case.area = reader.acting.path(case.area_id)[-1]
    complete(case, {name for name in _FLAGGED if not getattr(case, f"has_{name}")})
    return case


def complete(case: Case, without: set[str]) -> None:
    """Load what hangs on the case, and its ``clocks``; of the kinds in ``without`` there is nothing."""
    prefetched: dict[str, Any] = {}
    for name, manager in _MANAGERS.items():
        absent = not case.round_number if name in _BY_ROUND else name in without
        prefetched[name] = holding(manager, [] if absent else _CHILDREN[name](case=case.pk))
    case._prefetched_objects_cache = prefetched
    case.clocks = CLOCKS(cases=[case.pk])
