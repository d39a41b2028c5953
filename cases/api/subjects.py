"""What the addresses of every lifecycle have in common: a list, one subject, and its moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from cases.api.reader import CASE_RIGHTS, SIGNED_IN_WITH_ONE_RIGHT, Reader
from cases.workflow.engine import advance_by_key
from cases.workflow.inputs import storable
from citygrid.accounts.permissions import Perm
from citygrid.common.api.errors import PRESENTERS
from citygrid.common.api.parsers import LimitedJSONParser
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Invalid, NotFound
from citygrid.common.idempotency import IdempotentMixin

# Said by the session, the clock and the address, never by the body.
_OURS = frozenset({"by", "at", "model", "key", "name"})


@dataclass(frozen=True)
class Shown:
    """How the subjects of one lifecycle look over the API."""

    model: Any
    key: str  # the property by which addresses name one
    rows: Callable[[Sequence[Any], Reader], list[dict[str, Any]]]
    detail: Callable[[Any, Reader], dict[str, Any]]
    joined: Callable[[Any], Any]  # adds to a queryset what a row shows
    load: Callable[..., Any]  # (reader, pk=…) → one with what the detail shows, or None if it is not the reader's

    def visible(self, reader: Reader) -> Any:
        """Return the subjects that the reader may see."""
        return self.model.objects.visible_to(reader.user, reader.at)

    def find(self, reader: Reader, **lookup: Any) -> dict[str, Any]:
        """Return one as its detail shows it. Raises ``NotFound``."""
        found = self.load(reader, **lookup)
        if found is None:
            raise not_found()
        return self.detail(found, reader)

    def current(self, thing: Model, request: Any) -> dict[str, Any] | None:
        """Return it as it is now, for a refusal; ``None`` if it is not the reader's to see."""
        try:
            return self.find(Reader.of(request), pk=thing.pk)
        except NotFound:
            return None

    def register(self) -> Shown:
        """Let conflicts show the fresh subject in this way."""
        PRESENTERS[self.model] = self.current
        return self


class SubjectView(GenericAPIView[Any]):
    """A view of one lifecycle's subjects."""

    shown: Shown
    permission_classes = SIGNED_IN_WITH_ONE_RIGHT
    rights: Sequence[Perm] = CASE_RIGHTS
    parser_classes = [LimitedJSONParser]

    @property
    def reader(self) -> Reader:
        """Who asks."""
        return Reader.of(self.request)


class SubjectList(SubjectView):
    """A list in cursor pages."""

    def get_queryset(self) -> Any:
        """Return what the reader may see."""
        return self.shown.joined(self.shown.visible(self.reader))

    def page(self) -> Response:
        """Return the page that is asked for."""
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown.rows(rows, self.reader))


class SubjectDetail(SubjectView):
    """One subject."""

    def show(self, key: Any) -> Response:
        """Return it with what the reader can do."""
        return Response(self.shown.find(self.reader, **{self.shown.key: key}))


class SubjectMove(IdempotentMixin, SubjectView):
    """A move of one subject."""

    def move(self, key: Any, name: str) -> Response:
        """Make the move and return the fresh subject. A person who may no longer see it gets its number and state."""
        given = body_of(self.request)
        version, opinion = version_of(given), opinion_of(given)
        reader, lookup = self.reader, {self.shown.key: key}
        moved = advance_by_key(
            self.shown.model, lookup, name, by=reader.user, at=reader.at, version=version, opinion=opinion, **given
        )
        try:
            return Response(self.shown.find(reader, pk=moved.pk))
        except NotFound:
            name = "id" if self.shown.key == "pk" else self.shown.key
            return Response({name: key, "state": moved.state, "version": moved.version})


def not_found() -> NotFound:
    """Return the refusal that never tells whether there is such a thing."""
    return NotFound(_("There is nothing here, or it is not yours to see."))


def body_of(request: Any) -> dict[str, Any]:
    """Return the body as a dict of its own. Raises ``Malformed`` for anything but a JSON object."""
    data = request.data
    if not isinstance(data, Mapping):
        raise Malformed(_("Send the inputs as one JSON object, such as {“opinion”: “…”}."))
    given = dict(data)
    if strange := sorted(_OURS & given.keys()):
        faults = {name: [_("This move takes no such input.")] for name in strange}
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)
    return given


def version_of(given: dict[str, Any]) -> int | None:
    """Take the version out of the body. Raises ``Invalid`` for anything but a whole number."""
    version = given.pop("version", None)
    if version is None or (isinstance(version, int) and not isinstance(version, bool)):
        return version
    fault = _("Send the version as the whole number that you were shown.")
    raise Invalid(fault, fields={"version": [fault]})


def opinion_of(given: dict[str, Any]) -> str:
    """Take the opinion out of the body. Raises ``Invalid`` for anything but text."""
    opinion = given.pop("opinion", None)
    if opinion is None:
        return ""
    if not isinstance(opinion, str):
        raise Invalid(_("The opinion must be text."), fields={"opinion": [_("This must be text.")]})
    try:
        return storable(opinion)
    except ValueError as fault:
        raise Invalid(str(fault), fields={"opinion": [str(fault)]}) from None
