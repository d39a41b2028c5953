"""Query-string filters that refuse what they do not understand, naming what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend

from citygrid.common.api.refusals import Malformed

FLAG = [("0", "no"), ("1", "yes")]


class StrictFilters(DjangoFilterBackend):
    """A list with a value that a filter cannot use answers 400, never the whole list."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        """Apply the view's ``filterset_class``. Raises ``Malformed``."""
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        refuse(filterset.form)
        return filterset.qs


class LeanFilterSet(django_filters.FilterSet):
    """Filters of a hot list: only those that the query string names are copied and asked."""

    def __init__(self, data: Any = None, *args: Any, **more: Any) -> None:
        every: dict[str, Any] = type(self).base_filters  # type: ignore[misc,has-type]
        self.base_filters = {name: one for name, one in every.items() if name in (data or ())}
        super().__init__(data, *args, **more)


def refuse(form: forms.Form) -> None:
    """Raise ``Malformed`` naming each fault of a form filled from a query string, unless there is none."""
    if form.is_valid():
        return
    fields = {name: [_sentence(form, name, str(text)) for text in texts] for name, texts in form.errors.items()}
    first = next(iter(fields.values()))[0]
    raise Malformed(first, fields=fields)


def refuse_query(form: forms.Form, *more: str) -> None:
    """Do the same for a form that has every parameter of its address, but for those named in ``more``."""
    refuse_unknown(form.data, (*form.fields, *more))
    refuse(form)


def refuse_unknown(asked: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ``Malformed`` for parameters that an address does not have: ignored, they would answer too much."""
    known = list(dict.fromkeys(allowed))
    if not (strange := sorted(set(asked) - set(known))):
        return
    sentence = _("There is no parameter “%(name)s” here. Use one of: %(allowed)s.")
    fields = {name: [sentence % {"name": name, "allowed": ", ".join(known)}] for name in strange}
    raise Malformed(fields[strange[0]][0], fields=fields)


def no_such(value: Any, listed: str) -> str:
    """Say that no entry of the list ``/api/v1/<listed>/`` has that code."""
    return _("There is no “%(value)s” here. Use a code from /api/v1/%(list)s/.") % {"value": value, "list": listed}


def known_code(listed: str, model: Any, column: str = "code") -> Callable[[str], None]:
    """Return a validator for the code of an entry of ``/api/v1/<listed>/``, whose rows ``model`` has."""

    def check(value: str) -> None:
        if "\x00" in value:
            return  # another validator says so; PostgreSQL must not be asked
        if not model.objects.filter(**{column: value}).exists():
            raise ValidationError(no_such(value, listed))

    return check


def _sentence(form: forms.Form, name: str, text: str) -> str:
    field = form.fields[name]
    given = form.data.get(name, "")
    if isinstance(field, forms.ChoiceField) and given:
        allowed = ", ".join(str(value) for value, _label in _flat(field.choices) if value)
        return _("%(name)s cannot be “%(given)s”. Use one of: %(allowed)s.") % {
            "name": name, "given": given, "allowed": allowed,
        }  # fmt: skip
    return f"{name}: {text}"


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    return [(value, label) for value, label in choices if value is not None]


def flag_filter(**options: Any) -> django_filters.ChoiceFilter:
    """Return a filter that takes 0 or 1."""
    return django_filters.ChoiceFilter(choices=FLAG, empty_label=None, **options)
