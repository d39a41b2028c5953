"""Objects made from rows, for reads whose SQL is made once: what Django does anew for each object is found out once.

``Model.from_db`` asks signals, descriptors and defaults for every object. Where none of them has a say, the values only
have to lie in the object's dictionary, which takes a fifth of the time. Where one has, Django's own way is taken.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.gis.db.models.proxy import SpatialProxy
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.files import FileDescriptor
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.signals import post_init, pre_init
from django_fsm import FSMFieldDescriptor

Maker = Callable[[str, Sequence[Any]], Any]
# Of a new object they keep the value as it is, under the name of the field's column.
_KEEPING = (ForeignKeyDeferredAttribute, FileDescriptor, FSMFieldDescriptor, SpatialProxy)

_NONE: dict[Any, Any] = {}


def maker(model: type[Model], names: Sequence[str]) -> Maker:
    """Return what makes a stored object from an alias of a database and the values of the fields ``names``.

    Fields that are not among them are loaded when they are asked for, as after ``defer()``.
    """

    def plain(alias: str, values: Sequence[Any]) -> Any:
        if pre_init.receivers or post_init.receivers:
            return model.from_db(alias, names, values)
        made = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, alias
        kept = made.__dict__
        kept["_state"] = state
        kept.update(zip(names, values, strict=True))
        return made

    def djangos(alias: str, values: Sequence[Any]) -> Any:
        return model.from_db(alias, names, values)

    return plain if _is_plain(model, names) else djangos


def _is_plain(model: Any, names: Sequence[str]) -> bool:
    if model.__init__ is not Model.__init__ or model.from_db.__func__ is not Model.from_db.__func__:  # type: ignore[attr-defined]
        return False
    descriptors = [type(inspect.getattr_static(model, name)) for name in names]
    return all(not hasattr(one, "__set__") or one in _KEEPING for one in descriptors)


def holding(manager: Any, rows: list[Any]) -> Any:
    """Return a queryset that holds these rows, as one that was prefetched; narrowed further it holds nothing.

    Without rows it is the same one for all, since making one costs more than most of what it would hold.
    """
    if (none := _NONE.get(manager)) is None:
        none = _NONE[manager] = manager.none()
        none._result_cache = []
    if not rows:
        return none
    found = none.all()
    found._result_cache = rows
    return found


class Related:
    """Makes what a row holds of a related object, and ties the two; from Django's own populator."""

    def __init__(self, populator: Any) -> None:
        self.populator = populator
        self.make = maker(populator.model_cls, populator.init_list)
        self.below = [Related(one) for one in populator.related_populators]

    def populate(self, row: Sequence[Any], thing: Any) -> None:
        """Hang the related object on ``thing``, or nothing if the row holds none."""
        populator = self.populator
        values = (
            populator.reorder_for_init(row)
            if populator.reorder_for_init
            else row[populator.cols_start : populator.cols_end]
        )
        found = None if values[populator.pk_idx] is None else self.make(populator.db, values)
        if found is not None:
            for one in self.below:
                one.populate(row, found)
        populator.local_setter(thing, found)
        if found is not None:
            populator.remote_setter(found, thing)
