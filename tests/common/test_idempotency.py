"""The same command sent twice has one effect and one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from citygrid.accounts.models import User
from citygrid.common import clock, idempotency
from citygrid.common.errors import Busy, Conflict, Invalid
from citygrid.common.idempotency import IdempotentMixin
from citygrid.common.models import Heartbeat, IdempotentReply

pytestmark = pytest.mark.django_db
KEY = "0b9d5f2e-key"


class Count(IdempotentMixin, APIView):
    """Its effect is one heartbeat; ``then`` says how it goes on."""

    then = None

    def post(self, request):
        row = Heartbeat.objects.create(worker=f"w{Heartbeat.objects.count()}", beat_at=clock.now())
        if self.then:
            return self.then(row)
        return Response({"worker": row.worker, "at": row.beat_at, "said": request.data.get("text", "")}, status=201)

    delete = patch = put = post

    def get(self, request):
        return Response({"rows": Heartbeat.objects.count()})


@pytest.fixture
def user(db):
    return User.objects.create_user("alice", display_name="Alice")


def send(user, key=KEY, method="post", path="/count/", data=None, then=None, fmt="json", **view):
    headers = {} if key is None else {"Idempotency-Key": key}
    made = getattr(APIRequestFactory(), method)(path, data if data is not None else {}, format=fmt, headers=headers)
    if user:
        force_authenticate(made, user)
    staged = staticmethod(then) if then else None
    staging: Any = type("View", (Count,), {"then": staged, **view})
    return staging.as_view()(made).render()


def raises(error):
    def then(row):
        raise error

    return then


def test_a_repeat_has_one_effect_and_the_first_answer(user):
    first, again = send(user), send(user)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert Heartbeat.objects.count() == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_writing_method_can_be_repeated(user, method):
    assert send(user, method=method).content == send(user, method=method).content
    assert Heartbeat.objects.count() == 1


def test_without_a_key_every_request_counts(user):
    send(user, key=None)
    send(user, key=None)
    assert Heartbeat.objects.count() == 2
    assert not IdempotentReply.objects.exists()


def test_reading_takes_no_key(user):
    assert send(user, method="get").data == send(user, method="get").data
    assert not IdempotentReply.objects.exists()


@pytest.mark.parametrize(
    "other", [{"data": {"text": "b"}}, {"method": "put"}, {"path": "/else/"}, {"path": "/count/?x=1"}]
)
def test_the_same_key_for_another_request_is_refused(user, other):
    send(user)
    refused = send(user, **other)
    assert (refused.status_code, refused.data["error"]["code"]) == (422, "idempotency_key_reused")
    assert Heartbeat.objects.count() == 1


def test_the_order_of_the_fields_does_not_matter(user):
    send(user, data={"text": "a", "more": 1})
    assert send(user, data={"more": 1, "text": "a"}).headers["Idempotent-Replay"] == "true"


def test_uploads_are_compared_by_their_contents(user):
    def upload(content):
        return send(user, data={"text": "x", "file": SimpleUploadedFile("a.txt", content)}, fmt="multipart")

    upload(b"one")
    assert upload(b"one").headers["Idempotent-Replay"] == "true"
    assert upload(b"two").status_code == 422


def test_keys_of_two_people_do_not_meet(user):
    bob = User.objects.create_user("bob", display_name="Bob")
    assert send(user).content != send(bob).content
    assert Heartbeat.objects.count() == 2


def test_somebody_not_signed_in_has_no_keys(db):
    for _again in range(2):
        assert send(None, permission_classes=[AllowAny]).status_code == 201
    assert not IdempotentReply.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_a_key_that_cannot_be_used_is_refused(user, key):
    refused = send(user, key=key)
    assert (refused.status_code, refused.data["error"]["code"]) == (422, "idempotency_key_invalid")
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize("refusal", [Conflict("Too late."), Invalid("Not so.", fields={"text": ["No."]})])
def test_a_refusal_is_an_answer_and_undoes_the_effect(user, refusal):
    first = send(user, then=raises(refusal))
    again = send(user)
    assert first.status_code == refusal.status
    assert again.content == first.content
    assert again.headers["Idempotent-Replay"] == "true"
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize(
    "passing", [raises(Busy("Again.")), raises(Throttled(3)), lambda row: Response({}, status=503)]
)
def test_what_passes_is_no_answer_and_frees_the_key(user, passing):
    assert send(user, then=passing).status_code in (409, 429, 503)
    assert not Heartbeat.objects.exists()
    assert send(user).status_code == 201


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_a_crash_frees_the_key(user, fault):
    with pytest.raises(fault):
        send(user, then=raises(fault))
    assert not Heartbeat.objects.exists()
    assert send(user).status_code == 201


def test_a_body_that_cannot_be_read_keeps_nothing(user):
    made = APIRequestFactory().post(
        "/count/", "{broken", content_type="application/json", headers={"Idempotency-Key": KEY}
    )
    force_authenticate(made, user)
    assert Count.as_view()(made).status_code == 400
    assert not IdempotentReply.objects.exists()


def test_a_fault_after_the_commit_does_not_free_the_key(user, django_capture_on_commit_callbacks):
    def then(row):
        transaction.on_commit(lambda: 1 / 0)
        return Response({"worker": row.worker})

    with pytest.raises(ZeroDivisionError), django_capture_on_commit_callbacks(execute=True):
        send(user, then=then)
    assert send(user).headers["Idempotent-Replay"] == "true"


def claimed(user, **fields):
    values = {"key": KEY, "fingerprint": "f" * 64, "at": clock.now(), "lease": timedelta(minutes=2), **fields}
    return idempotency.claim(user=user, **values)


def test_a_repeat_during_the_first_run_is_told_to_wait(user):
    claimed(user)
    with pytest.raises(Conflict) as refusal:
        claimed(user)
    assert refusal.value.code == "in_progress"


def test_the_key_of_a_killed_process_is_taken_over_after_the_lease(user):
    now = clock.now()
    dead = claimed(user, at=now)
    alive = claimed(user, at=now + timedelta(minutes=3))
    with pytest.raises(Conflict):
        idempotency.keep(dead, status=201, body={})
    idempotency.release(dead)
    idempotency.keep(alive, status=201, body={"n": 1})
    assert claimed(user).status == 201


def test_an_effect_whose_lease_was_lost_is_undone(user):
    def then(row):
        IdempotentReply.objects.update(created_at=clock.now() + timedelta(minutes=3))  # taken over meanwhile
        return Response({})

    assert send(user, then=then).data["error"]["code"] == "in_progress"
    assert not Heartbeat.objects.exists()


def test_kept_answers_are_not_readable_in_the_database(user):
    send(user, data={"text": "13900001234"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM common_idempotentreply")
        assert "13900001234" not in cursor.fetchone()[0]


def test_old_answers_are_forgotten(user):
    send(user)
    assert idempotency.purge(clock.now()) == 0
    assert idempotency.purge(clock.now() + idempotency.KEEP + timedelta(seconds=1)) == 1
    assert send(user).status_code == 201


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_have_one_effect():
    user = User.objects.create_user("alice", display_name="Alice")
    start = threading.Barrier(10)

    def one(_number):
        try:
            start.wait(10)
            answer = send(user)
            return answer.status_code, "Idempotent-Replay" in answer.headers
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(10)))
    assert Heartbeat.objects.count() == 1
    assert answers.count((201, False)) == 1
    assert set(answers) <= {(201, False), (201, True), (409, False)}
    assert send(user).headers["Idempotent-Replay"] == "true"
