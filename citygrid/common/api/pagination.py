"""Cursor pages: ``?cursor=&page_size=&ordering=&count=1`` → ``{next, previous, results, count?}``.

The cursor holds the last row's value of the ordering field and its key, so the cost of a page does not grow with its
number, rows added meanwhile shift nothing, and any number of equal values may follow each other.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Q
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from citygrid.common.api.filters import refuse_unknown
from citygrid.common.api.refusals import Malformed

_OWN = ("ordering", "page_size", "count", "cursor")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: after (or, backwards, before) the row with this value and key."""

    ordering: str
    backwards: bool
    value: str
    key: str

    def encode(self) -> str:
        """Return it as text for an address."""
        packed = json.dumps([self.ordering, int(self.backwards), self.value, self.key], ensure_ascii=False)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read :meth:`encode`'s text. Raises ``ValueError`` for anything else."""
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        ordering, backwards, value, key = json.loads(packed)
        if not all(isinstance(part, str) for part in (ordering, value, key)) or "\x00" in value:
            raise ValueError(text)
        return cls(ordering, bool(backwards), value, key)


class CursorPages(BasePagination):
    """Pages of a view that names its ``ordering`` (``id`` if it does not) and the ``ordering_fields`` one may ask for.

    Ordering fields are columns without null, or what a subclass computes without null: ``computed`` gives the
    annotation and its type by the name that one asks for. ``?count=1`` asks for the total, which may be slow.
    """

    page_size = 50
    max_page_size = 200
    computed: ClassVar[dict[str, tuple[str, Field[Any, Any]]]] = {}

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """Return one page. Raises ``Malformed`` for a parameter that cannot be used."""
        self.request, self.model = request, queryset.model
        asked = request.query_params
        filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
        refuse_unknown(asked, (*filters, *_OWN))
        size = self._size(asked.get("page_size"))
        self.ordering = _ordering(asked.get("ordering"), view)
        self.count = queryset.count() if _counted(asked.get("count")) else None
        cursor = self._cursor(asked.get("cursor"))
        backwards = bool(cursor and cursor.backwards)
        rows = self._rows(queryset, cursor, backwards, size + 1)
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self.next = self._link(rows[-1], backwards=False) if rows and (more or backwards) else None
        self.previous = self._link(rows[0], backwards=True) if rows and (more if backwards else cursor) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with its neighbours."""
        answer: dict[str, Any] = {"next": self.next, "previous": self.previous, "results": data}
        if self.count is not None:
            answer["count"] = self.count
        return Response(answer)

    def fetch(self, queryset: Any, name: str, after: tuple[Any, Any] | None, down: bool, limit: int) -> list[Any]:
        """Return so many rows behind the one with the value and key ``after``, ordered by ``name`` and key."""
        return list(self.ordered(queryset, name, after, down)[:limit])

    def ordered(self, queryset: Any, name: str, after: tuple[Any, Any] | None, down: bool) -> Any:
        """Return the queryset from ``after`` on, in its order."""
        if after:
            value, pk = after
            beyond = "lt" if down else "gt"
            queryset = queryset.filter(
                Q(**{f"{name}__{beyond}": value}) | Q(**{name: value, f"pk__{beyond}": pk}),
                # This says nothing new, but lets the database begin in the middle of an index.
                **{f"{name}__{beyond}e": value},
            )
        sign = "-" if down else ""
        return queryset.order_by(f"{sign}{name}", f"{sign}pk")

    def _rows(self, queryset: Any, cursor: Cursor | None, backwards: bool, limit: int) -> list[Any]:
        name, field = self._ordered_by()
        after = None
        if cursor:
            try:
                after = field.to_python(cursor.value), self.model._meta.pk.to_python(cursor.key)
            except (ValidationError, OverflowError):
                raise _bad_cursor() from None
        return self.fetch(queryset, name, after, self.ordering.startswith("-") != backwards, limit)

    def _ordered_by(self) -> tuple[str, Field[Any, Any]]:
        name = self.ordering.lstrip("-")
        return self.computed.get(name) or (name, self.model._meta.get_field(name))

    def _cursor(self, text: str | None) -> Cursor | None:
        if not text:
            return None
        try:
            cursor = Cursor.decode(text)
        except (ValueError, TypeError, binascii.Error):
            raise _bad_cursor() from None
        if cursor.ordering != self.ordering:
            raise _bad_cursor()
        return cursor

    def _link(self, row: Any, *, backwards: bool) -> str:
        name, field = self._ordered_by()
        value = field.value_to_string(row) if hasattr(field, "attname") else getattr(row, name).isoformat()
        cursor = Cursor(self.ordering, backwards, value, str(row.pk))
        address = remove_query_param(self.request.build_absolute_uri(), "count")
        return str(replace_query_param(address, "cursor", cursor.encode()))

    def _size(self, text: str | None) -> int:
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit()) or int(text[:9]) < 1:
            fault = _("Give page_size as a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise Malformed(fault, fields={"page_size": [fault]})
        return min(int(text[:9]), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters for the API's own description."""
        fields = _allowed(view)
        return [
            _parameter("cursor", "Where the page begins; take it from next or previous.", {"type": "string"}),
            _parameter(
                "page_size", "Rows on a page.",
                {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size},
            ),
            _parameter(
                "ordering", "Order of the rows; a minus sign turns it round.",
                {"type": "string", "enum": fields, "default": _default(view)},
            ),
            _parameter("count", "1 adds the total number of rows.", {"type": "string", "enum": ["0", "1"]}),
        ]  # fmt: skip

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema, "count": {"type": "integer"}},
        }


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _default(view: Any) -> str:
    return str(getattr(view, "ordering", "id"))


def _allowed(view: Any) -> list[str]:
    return [
        sign + name for name in getattr(view, "ordering_fields", (_default(view).lstrip("-"),)) for sign in ("", "-")
    ]


def _ordering(text: str | None, view: Any) -> str:
    if not text:
        return _default(view)
    if text not in _allowed(view):
        fault = _("“%(given)s” is no ordering of this list. Use one of: %(allowed)s.") % {
            "given": text, "allowed": ", ".join(_allowed(view)),
        }  # fmt: skip
        raise Malformed(fault, fields={"ordering": [fault]})
    return text


def _counted(text: str | None) -> bool:
    if text not in (None, "", "0", "1"):
        fault = _("%(name)s cannot be “%(given)s”. Use one of: %(allowed)s.") % {
            "name": "count", "given": text, "allowed": "0, 1",
        }  # fmt: skip
        raise Malformed(fault, fields={"count": [fault]})
    return text == "1"


def _bad_cursor() -> Malformed:
    fault = _("This cursor does not belong to this list. Follow next and previous, or begin without a cursor.")
    return Malformed(fault, fields={"cursor": [fault]})
