"""The list of supervised units: a manager puts a unit on it by form, its leader then signs off, and it is taken off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.hotline.reference import SupervisedUnit
from cases.journal.models import Event
from citygrid.common import clock
from tests.cases.ticket_walk import TicketWalk, hotline
from tests.web.case_pages import post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
LIST = "/hotline/supervised/"


@pytest.fixture(autouse=True)
def ready(people, city) -> None:
    """Reference data of the hotline."""
    hotline(people, city)


def test_a_manager_puts_a_unit_on_the_list_and_takes_it_off(people):
    manager = people["manager"]
    assert f'href="{LIST}"' in see(manager, "/hotline/tickets/")
    assert "No unit is supervised" in see(manager, LIST)
    refused = post(manager, LIST, unit="SQ")
    assert refused.status_code == 422
    assert "This is needed." in refused.content.decode()
    assert '<option value="SQ" selected>' in refused.content.decode()
    assert post(manager, LIST, unit="SQ", reason="解决率低于全区平均").status_code == 302
    assert "解决率低于全区平均" in see(manager, LIST)
    assert post(manager, LIST, unit="SQ", reason="再来一次").status_code == 409
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=1))
    walk.at = clock.now()
    walk.to("handling")
    walk.reply()
    assert walk.ticket.state == "handling"
    own = f"/hotline/tickets/{walk.ticket.number}/"
    assert "waits for the leader&#x27;s sign-off" in see(people["streetlead"], own)
    assert post(people["streetlead"], f"{own}moves/refuse_sign_off/").status_code == 422
    assert post(people["streetlead"], f"{own}moves/sign_off/").status_code == 302
    assert walk.fresh().state == "replied"
    assert post(manager, f"{LIST}SQ/end/").status_code == 302
    assert SupervisedUnit.objects.get().until is not None
    assert "Off the list again" in see(manager, LIST)
    kinds = Event.objects.filter(kind__startswith="supervised_unit.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["supervised_unit.added", "supervised_unit.ended"]


def test_nobody_else_opens_the_list(people):
    for who in ("operator", "hotlinelead", "street", "streetlead", "clerk", "sysadmin", "gw"):
        client = signed_in(people[who])
        assert client.get(LIST).status_code == 403, who
        assert client.post(LIST, {"unit": "SQ", "reason": "试试"}).status_code == 403, who
        assert client.post(f"{LIST}SQ/end/").status_code == 403, who
    assert not SupervisedUnit.objects.exists()
    assert post(people["manager"], f"{LIST}nothing/end/").status_code == 404
