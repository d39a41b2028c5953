"""One-click dispatch: three moves or none, each an event, for who holds all the posts."""

from __future__ import annotations

import pytest

from cases.casework.models import Case
from cases.journal.models import Event
from citygrid.accounts.roles import Role
from gridmap.posts.models import Post
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.books import assert_books_are_right
from tests.cases.walk import Walk, catalogue, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_for_all(people, departments):
    """In a small county one person is acceptor, shift leader and dispatcher."""
    for role in (Role.SHIFT_LEADER, Role.DISPATCHER):
        Post.objects.create(user=people["acceptor"], role=role, department=departments["JDZX"], starts_at=cast.START)
    return people["acceptor"]


@pytest.fixture
def walk(people):
    return Walk(people, catalogue())


def send(user, walk, status=200, key="", **body):
    given = {"condition": walk.condition.code, "department": "CGJ", **body}
    return Caller(user).post(f"cases/{walk.case.number}/actions/dispatch_at_once/", given, status=status, key=key)


@pytest.mark.parametrize(("state", "made"), [("reported", ["accept", "file", "dispatch"]),
                                             ("accepted", ["file", "dispatch"])])  # fmt: skip
def test_the_moves_still_to_be_made_are_made_at_once(one_for_all, walk, state, made):
    case = walk.to(state)
    answer = send(one_for_all, walk, version=case.version, key="once")
    assert (answer["state"], answer["version"]) == ("dispatched", case.version + len(made))
    kinds = Event.objects.of(case).filter(sequence__gt=case.version).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == [f"case.{name}" for name in made]
    assert send(one_for_all, walk, version=case.version, key="once") == answer
    assert_books_are_right([case])


@pytest.mark.parametrize(("body", "status"), [({"department": "nobody"}, 422), ({"condition": "none"}, 422),
                                              ({"version": 7}, 409), ({"co_departments": ["CGJ"]}, 422),
                                              ({"colour": "red"}, 422)])  # fmt: skip
def test_what_is_refused_leaves_nothing_behind(one_for_all, walk, body, status):
    send(one_for_all, walk, status=status, **body)
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.version) == ("reported", 1)
    assert Event.objects.of(case).count() == 1


def test_evidence_is_used_once_by_the_last_move(one_for_all, walk):
    piece = photo(one_for_all, walk.at)
    send(one_for_all, walk, evidence=[str(piece.pk)])
    piece.refresh_from_db()
    assert (piece.case_id, piece.move) == (walk.case.pk, "case.dispatch")


def test_who_holds_but_one_of_the_posts_is_told_which_it_takes(people, walk):
    said = send(people["acceptor"], walk, status=403)["error"]["message"]
    assert "acceptor, shift leader, dispatcher" in said
    told = Caller(people["acceptor"]).get(f"cases/{walk.case.number}/suggestions/")
    assert told["dispatch_at_once"]["allowed"] is False
    send(people["stranger_street"], walk, status=404)


def test_in_a_later_state_it_says_whose_turn_it_is(one_for_all, walk):
    walk.to("dispatched")
    said = send(one_for_all, walk, status=409)["error"]
    assert said["code"] == "wrong_state"
    assert "The next move is with: department clerk." in said["message"]
