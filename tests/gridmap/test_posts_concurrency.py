"""Two managers of posts ended at the same moment: one of them stays."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import Conflict
from gridmap.posts.models import Post
from gridmap.posts.services import close_person, end_post
from tests import cast

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.postgis,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]  # fmt: skip


@pytest.mark.parametrize("how", ["end", "close"])
def test_the_last_two_who_may_give_posts_are_not_ended_at_once(people, city, how):
    other = cast.person("secadmin2", Role.SECADMIN, area=city[cast.CITY])
    ended, at = threading.Event(), clock.now()

    def first():
        with transaction.atomic():
            end_post(post=Post.objects.get(user=people["secadmin"]), at=at)
            ended.set()
            # Long enough for the second to look while this is not committed yet; it must wait instead.
            threading.Event().wait(0.7)

    def second():
        assert ended.wait(10)
        if how == "close":
            close_person(user=other, at=at)
        else:
            end_post(post=Post.objects.get(user=other), at=at)

    def guarded(job):
        try:
            return job()
        except Conflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(guarded, [first, second])
    assert one is None
    assert isinstance(two, Conflict)
    left = Post.objects.in_force(clock.now()).filter(role=Role.SECADMIN, user__is_active=True)
    assert [post.user.username for post in left] == ["secadmin2"]
