"""``Idempotency-Key``: the same command sent twice has one effect and one answer.

A view that writes puts :class:`IdempotentMixin` first among its bases::

    class Cases(IdempotentMixin, APIView):
        def post(self, request): ...

Without the header nothing changes. With it, on POST, PUT, PATCH and DELETE:

* The first request takes the key (a row without answer) and runs. Its effect and its answer are committed together.
* A repeat gets the first answer again, with ``Idempotent-Replay: true``. Refusals that the view decided on (403, 404,
  409, 422 …) are answers too: who wants to try anew takes a new key. What comes before the view (401, throttling, a
  body that cannot be read) keeps nothing, and so do 429, ``busy`` and faults of ours (5xx): they release the key.
* The same key with another method, path, query or body: 422 ``idempotency_key_reused``.
* A repeat while the first still runs: 409 ``in_progress``. If that process died, the key is free again after
  ``idempotency_lease``; should it be alive after all, its effect is rolled back, so there is still one effect.

Keys belong to the person; those who are not signed in have none. Answers are encrypted and kept for ``KEEP``. Views
that answer with a secret (a token, a revealed number) or with a file must not use this. A service that the view calls
runs inside the mixin's transaction, so it must not be ``durable``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from citygrid.common import clock
from citygrid.common.errors import Conflict, Invalid
from citygrid.common.models import IdempotentReply

KEEP = timedelta(days=7)
LONGEST_KEY = 200
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_RELEASING = frozenset({401, 408, 425, 429})  # these say "not now", which is no answer to the command


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a command once: the row and the time at which it was taken."""

    reply_id: int
    taken_at: datetime


class _Released(Exception):
    """Carries an answer that must not be kept out of the transaction that it undoes."""

    def __init__(self, response: Response) -> None:
        self.response = response


def claim(*, user: Any, key: str, fingerprint: str, at: datetime, lease: timedelta) -> Claim | IdempotentReply:
    """Take ``key`` for ``user``, or return the answer already given.

    Raises ``Invalid`` (``idempotency_key_reused``) when the key was used for another request, ``Conflict``
    (``in_progress``) while the first request runs.
    """
    try:
        with transaction.atomic():
            row = IdempotentReply.objects.create(user_id=user.pk, key=key, fingerprint=fingerprint, created_at=at)
        return Claim(row.pk, at)
    except IntegrityError:
        found = IdempotentReply.objects.filter(user_id=user.pk, key=key).first()
    if found is not None and found.fingerprint != fingerprint:
        raise Invalid(
            _("This Idempotency-Key was used for another request. Take a new key for each new command."),
            code="idempotency_key_reused",
        )
    if found is not None and found.status is not None:
        return found
    if found is not None and found.created_at + lease < at:
        mine = IdempotentReply.objects.filter(pk=found.pk, status=None, created_at=found.created_at)
        if mine.update(created_at=at):
            return Claim(found.pk, at)
    raise _in_progress()


def keep(taken: Claim, *, status: int, body: Any) -> None:
    """Store the answer, in the transaction of the effect. Raises ``Conflict`` when the claim was lost meanwhile."""
    rows = IdempotentReply.objects.filter(pk=taken.reply_id, status=None, created_at=taken.taken_at)
    if not rows.update(status=status, body=json.dumps(body, ensure_ascii=False)):
        raise _in_progress()


def release(taken: Claim) -> None:
    """Free the key, unless an answer was kept or somebody else took it over."""
    IdempotentReply.objects.filter(pk=taken.reply_id, status=None, created_at=taken.taken_at).delete()


def purge(at: datetime) -> int:
    """Forget answers older than ``KEEP``; return how many."""
    return IdempotentReply.objects.filter(created_at__lt=at - KEEP).delete()[0]


def fingerprint(request: Request) -> str:
    """Return a digest of what is asked: method, path, query and the parsed body, files by their contents."""
    text = json.dumps(
        [request.method, request.path, sorted(request.query_params.lists()), _parsed(request.data)],
        ensure_ascii=False, sort_keys=True, default=str,
    )  # fmt: skip
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class IdempotentMixin:
    """Gives a DRF view the behaviour described at the top of this module."""

    idempotency_lease = timedelta(minutes=2)  # longer than the view ever takes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the framework check who it is and what is allowed; then put the key before the handler."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        method = str(request.method).lower()
        if (
            key is None
            or request.method not in _WRITES
            or not request.user.is_authenticated
            or not hasattr(self, method)
        ):
            return
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise Invalid(
                _("An Idempotency-Key has 1 to %(most)s printable characters, for example a UUID.")
                % {"most": LONGEST_KEY},
                code="idempotency_key_invalid",
            )
        setattr(self, method, partial(self._once, getattr(self, method), key))

    def _once(
        self, handler: Callable[..., Response], key: str, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        taken = claim(
            user=request.user, key=key, fingerprint=fingerprint(request), at=clock.now(), lease=self.idempotency_lease
        )
        if isinstance(taken, IdempotentReply):
            first = json.loads(taken.body) if taken.body is not None else None
            return Response(first, status=taken.status, headers={"Idempotent-Replay": "true"})
        try:
            with transaction.atomic():
                response = self._run(handler, request, *args, **kwargs)
                body = json.loads(JSONRenderer().render(response.data) or "null")
                if response.status_code >= 500 or response.status_code in _RELEASING or _is_busy(body):
                    raise _Released(response)
                keep(taken, status=response.status_code, body=body)
        except _Released as released:
            release(taken)
            return released.response
        except BaseException:
            release(taken)
            raise
        return response

    def _run(self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            with transaction.atomic():  # a refusal undoes the effect, while the refusal itself is kept
                return handler(request, *args, **kwargs)
        except Exception as error:
            return self.handle_exception(error)  # type: ignore[attr-defined]


def _parsed(data: Any) -> Any:
    if not isinstance(data, QueryDict):
        return data
    return sorted((name, [_content(value) for value in values]) for name, values in data.lists())


def _content(value: Any) -> Any:
    if not hasattr(value, "chunks"):
        return value
    sha = hashlib.sha256()
    for chunk in value.chunks():
        sha.update(chunk)
    value.seek(0)
    return [value.name, sha.hexdigest()]


def _is_busy(body: Any) -> bool:
    error = body.get("error") if isinstance(body, dict) else None
    return isinstance(error, dict) and error.get("code") == "busy"


def _in_progress() -> Conflict:
    return Conflict(
        _("The first request with this Idempotency-Key is still running. Wait a moment and send it again."),
        code="in_progress",
    )
