"""Objects made from rows in the quick way are those that Django makes."""

from __future__ import annotations

import pytest
from django.db.models.signals import post_init

from cases.casework.models import Case
from cases.evidence.models import Evidence
from citygrid.common.hydrate import holding, maker
from citygrid.common.prepared import Prepared
from gridmap.departments.models import Department
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db
JOINS = ("category", "area__parent", "lead_department__area_served", "handler", "merged_into", "reporter")
FULL = Prepared(lambda pk: Case.objects.filter(pk=pk).select_related(*JOINS).order_by("pk"))
SHORT = Prepared(lambda pk: Case.objects.filter(pk=pk).defer("description", "handler").select_related("category"))


@pytest.fixture
def case(people):
    walk = Walk(people, catalogue())
    walk.to("handling")
    return Case.objects.get(pk=walk.case.pk)


def told(thing):
    """Return everything that is known of an object, and of those that hang on it."""
    if thing is None:
        return None
    values = {name: value for name, value in vars(thing).items() if name != "_state"}
    state = thing._state
    return type(thing), values, state.db, state.adding, {k: told(v) for k, v in state.fields_cache.items()}


def test_with_all_that_hangs_on_them(case):
    for _time in range(4):
        (ours,) = FULL(pk=case.pk)
        theirs = Case.objects.select_related(*JOINS).get(pk=case.pk)
        assert told(ours) == told(theirs)
        assert ours == theirs
        assert ours.geom.srid == 4326
    assert ours.lead_department.area_served
    assert ours.merged_into is None


def test_what_was_left_out_is_loaded_when_it_is_asked_for(case, django_assert_num_queries):
    (ours,) = SHORT(pk=case.pk)
    assert ours.get_deferred_fields() == {"description", "handler_id"}
    with django_assert_num_queries(1):
        assert ours.description == case.description


def test_the_lock_on_the_state_holds_and_a_save_is_a_save(case):
    (ours,) = FULL(pk=case.pk)
    with pytest.raises(AttributeError, match="not allowed"):
        ours.state = "closed"
    ours.lead_department = None
    assert ours.lead_department_id is None
    ours.area_id = ours.area.parent_id
    assert ours.area.pk == ours.area_id


def test_files_and_places(case):
    piece = case.evidence.earliest("uploaded_at")
    (ours,) = Prepared(lambda pk: Evidence.objects.filter(pk=pk))(pk=piece.pk)
    assert told(ours) == told(Evidence.objects.get(pk=piece.pk))


def test_who_listens_for_new_objects_is_heard(case):
    heard = []

    def listen(instance, **more):
        heard.append(instance)

    post_init.connect(listen, sender=Case)
    try:
        (ours,) = FULL(pk=case.pk)
    finally:
        post_init.disconnect(listen, sender=Case)
    assert any(one is ours for one in heard)


def test_a_model_with_a_way_of_its_own_is_made_in_it(departments, monkeypatch):
    row = Department.objects.values_list("pk", "code")[0]
    assert maker(Department, ["id", "code"])("default", row).code == row[1]

    def own(cls, db, field_names, values):
        return ("own", db, list(field_names), values)

    monkeypatch.setattr(Department, "from_db", classmethod(own))
    assert maker(Department, ["id", "code"])("default", row) == ("own", "default", ["id", "code"], row)


def test_what_was_hung_on_an_object_is_not_asked_for(case, django_assert_num_queries):
    with django_assert_num_queries(0):
        for rows in ([], [case]):
            held = holding(Case.objects, rows)
            assert (list(held), len(held), bool(held), held.count(), held.exists()) == (
                rows, len(rows), bool(rows), len(rows), bool(rows),
            )  # fmt: skip
            assert list(held.filter(pk__gt=0)) == []
