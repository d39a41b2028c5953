"""Who sees which areas, departments and posts."""

from __future__ import annotations

import pytest

from gridmap.areas.models import Area
from gridmap.departments.models import Department
from gridmap.posts.models import Post
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_grid_worker_sees_the_own_grid_alone(people):
    assert set(Area.objects.visible_to(people["gw"]).values_list("code", flat=True)) == {cast.GRIDS[0]}


def test_a_street_sees_itself_and_all_below_and_no_neighbour(people):
    codes = set(Area.objects.visible_to(people["street"]).values_list("code", flat=True))
    assert codes == {cast.OURS, cast.COMMUNITY, cast.EMPTY_COMMUNITY, *cast.GRIDS}


def test_a_department_sees_the_area_it_serves(people):
    assert Area.objects.visible_to(people["clerk"]).filter(code=cast.THEIR_GRID).exists()


def test_a_street_sees_the_citys_departments_but_not_the_neighbours_office(people):
    codes = set(Department.objects.visible_to(people["street"]).values_list("code", flat=True))
    assert {"CGJ", "ZJJ", "SQ"} <= codes
    assert "TS" not in codes


def test_an_ended_post_shows_nothing(people):
    post = Post.objects.get(user=people["street"])
    post.ends_at = post.starts_at.replace(year=2026, month=2)
    post.save()
    assert not Area.objects.visible_to(people["street"]).exists()
