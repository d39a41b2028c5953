"""Administration of the hotline's and the whistles' reference data: by the right alone, through services, on record."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.approvals.models import Approval
from cases.deadlines.models import Clock
from cases.hotline.reference import DemandType, ExclusionReason, TicketCategory, TicketLimit
from cases.hotline.seeding import load_reasons
from cases.journal.models import Event
from cases.whistles.kinds import WhistleKind
from citygrid.common import clock
from gridmap.departments.models import Department
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.ticket_walk import TicketWalk, hotline
from tests.cases.walk import catalogue, photo
from tests.web.case_pages import post, see

pytestmark = pytest.mark.django_db
PAGES = ("demandtype", "ticketcategory", "ticketlimit", "exclusionreason", "whistlekind")


@pytest.fixture
def client(people) -> Client:
    """The system administrator's browser."""
    found = Client(headers={"accept-language": "en"})
    found.force_login(people["sysadmin"])
    return found


def kinds_of(prefix: str) -> list[str]:
    """Return what the journal has of one sort of reference data."""
    return list(Event.objects.filter(kind__startswith=f"{prefix}.").order_by("pk").values_list("kind", flat=True))


def send(client: Client, model: str, row: Any = None, **data: Any) -> str:
    """Send the form of an entry; return the page that answers, or nothing where it was stored."""
    page = f"admin:cases_{model}_{'change' if row else 'add'}"
    answer = client.post(reverse(page, args=[row.pk] if row else []), data)
    return "" if answer.status_code == 302 else answer.content.decode()


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    """Do an action on rows, confirmed."""
    answer = client.post(
        reverse(f"admin:cases_{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1"}, follow=True,
    )  # fmt: skip
    return answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_only_who_keeps_the_catalogue_gets_in(people, city, client, page):
    hotline(people, city)
    address = reverse(f"admin:cases_{page}_changelist")
    assert client.get(address).status_code == 200
    assert client.get(reverse(f"admin:cases_{page}_add")).status_code == 200
    assert page in client.get("/admin/").content.decode()
    for who, status in (("secadmin", 403), ("auditor", 403), ("operator", 302), ("manager", 302)):
        other = Client()
        other.force_login(people[who])
        assert other.get(address).status_code == status, who


def test_types_categories_and_grounds_live_through_their_services(client, departments):
    condition = catalogue()
    assert send(client, "demandtype", code="idea", name="金点子", name_en="bright idea", answerable="on") == ""
    idea = DemandType.objects.get(code="idea")
    assert (idea.answerable, idea.withholds_identity) == (True, False)
    assert "already exists" in send(client, "demandtype", code="idea", name="又一个")
    assert send(client, "demandtype", idea, name="金点子", withholds_identity="on") == ""
    assert "Done for 1 row." in act(client, "demandtype", "retire", idea)
    assert "Done for 1 row." in act(client, "demandtype", "restore", idea)
    assert kinds_of("demand_type") == [f"demand_type.{verb}" for verb in ("added", "changed", "retired", "restored")]
    bureau = Department.objects.get(code="CGJ")
    top: dict[str, Any] = {"code": "HJ", "name": "环境", "level": "d7"}
    assert send(client, "ticketcategory", **top) == ""
    parent = TicketCategory.objects.get(code="HJ")
    assert send(client, "ticketcategory", code="HJ-1", name="噪声", level="h24", parent=parent.pk, unit=bureau.pk,
                case_category=condition.category.pk) == ""  # fmt: skip
    row = TicketCategory.objects.get(code="HJ-1")
    assert (row.parent, row.unit, row.case_category, row.level) == (parent, bureau, condition.category, "h24")
    assert "never below itself" in send(client, "ticketcategory", parent, name="环境", level="d7", parent=row.pk)
    assert "Retire what lies below" in act(client, "ticketcategory", "retire", parent)
    assert send(client, "exclusionreason", code="army", name="涉军涉密") == ""
    assert kinds_of("exclusion_reason") == ["exclusion_reason.added"]


def test_a_limit_of_tickets_moves_the_clocks_that_run(client, people, city):
    hotline(people, city)
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=1))
    walk.to("dispatched")
    assert "Choose one of the clocks" in send(client, "ticketlimit", kind="reply", value="3", unit="natural_day")
    assert send(client, "ticketlimit", kind="reply", level="d7", value="3", unit="natural_day") == ""
    assert Clock.objects.of(walk.ticket).get(kind="reply").limit_value == 3
    row = TicketLimit.objects.get()
    assert send(client, "ticketlimit", row, value="4", unit="natural_day") == ""
    assert Clock.objects.of(walk.ticket).get(kind="reply").limit_value == 4
    assert kinds_of("ticket_limit") == ["ticket_limit.set"] * 2


KIND: dict[str, Any] = {
    "name": "防汛哨", "name_en": "flood whistle", "meant_for": "汛期险情", "meant_for_en": "floods", "at_once": "on",
    "blown_by": ["street_leader"], "objection_pauses": "on", "absent_by": "report_arrive", "grace_minutes": "5",
    "arrive_metres": "300", "review_value": "4", "review_unit": "work_hour", "position": "9",
    "limit_report_sign_0": "10", "limit_report_sign_1": "minute", "limit_report_arrive_0": "1",
    "limit_report_arrive_1": "urgent_hour",
}  # fmt: skip


def test_a_kind_of_whistle_has_its_rights_and_limits(client, people):
    assert send(client, "whistlekind", code="flood", **KIND) == ""
    kind = WhistleKind.objects.get(code="flood")
    assert (kind.blown_by, kind.at_once, kind.arrive_metres) == (["street_leader"], True, 300)
    limits = {row.clock: (row.value, row.unit) for row in kind.limits.all()}
    assert limits == {"report_sign": (Decimal(10), "minute"), "report_arrive": (Decimal(1), "urgent_hour")}
    page = client.get(reverse("admin:cases_whistlekind_change", args=[kind.pk])).content.decode()
    assert 'name="limit_report_sign_0" value="10"' in page
    assert send(client, "whistlekind", kind, **KIND) == ""  # nothing was changed, nothing is recorded
    assert kinds_of("whistle_kind") == ["whistle_kind.added"]
    assert (
        send(client, "whistlekind", kind, **KIND | {"limit_report_plan_0": "2", "limit_report_plan_1": "work_day"})
        == ""
    )
    assert kinds_of("whistle_kind")[1:] == ["whistle_kind.limited"]
    assert Event.objects.get(kind="whistle_kind.limited").facts["after"]["report_plan"] == "2 work_day"
    act(client, "whistlekind", "retire", kind)
    assert not WhistleKind.objects.in_force(clock.now()).filter(code="flood").exists()
    assert "is retired already" in act(client, "whistlekind", "retire", kind)
    act(client, "whistlekind", "restore", kind)
    assert kinds_of("whistle_kind")[2:] == ["whistle_kind.retired", "whistle_kind.restored"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"limit_report_arrive_0": "", "limit_report_arrive_1": ""}, "decided by a clock for coming that has a limit"),
        ({"absent_by": "report_sign"}, "report_sign is not one of the available choices"),
        ({"limit_report_sign_1": ""}, "Give a number and its unit of time, or neither."),
        ({"limit_report_sign_0": "0"}, "Give a limit greater than zero"),
        ({"review_value": "0"}, "greater than or equal to 0.01"),
        ({"arrive_metres": "3"}, "10"), ({"blown_by": ["dispatcher"]}, "dispatcher"), ({"blown_by": []}, "required"),
        ({"code": "Flood!"}, "begins with a small letter"), ({"code": "emergency"}, "already exists"),
    ],
)  # fmt: skip
def test_a_kind_that_contradicts_itself_is_refused_in_words(client, people, wrong, sentence):
    page = send(client, "whistlekind", **{"code": "flood", **KIND, **wrong})
    assert sentence in page
    assert "防汛哨" in page
    assert not WhistleKind.objects.filter(name="防汛哨").exists()


def test_an_exclusion_names_one_of_the_grounds(people, city, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    hotline(people, city)
    load_reasons(at=cast.START)
    ExclusionReason.objects.filter(code="malicious").update(retired_at=cast.START)
    walk = TicketWalk(people, at=clock.now() - timedelta(hours=1))
    walk.to("handling")
    own = f"/hotline/tickets/{walk.ticket.number}/"
    page = see(people["street"], own)
    assert 'value="policy"' in page
    assert 'value="malicious"' not in page
    proof = str(photo(people["street"]).pk)
    for ground in ("", "malicious", "现行政策不允许", "随便"):
        refused = post(people["street"], f"{own}ask/exclusion/", reason="无法办理", legal_basis=ground, evidence=proof)
        assert refused.status_code == 422, ground
        assert "Choose one of the grounds by its code: " in refused.content.decode()
    program = Caller(people["street"])
    body = {"ticket": walk.ticket.number, "kind": "exclusion", "reason": "无法办理", "evidence": [proof]}
    for told in ({}, {"legal_basis": "malicious"}, {"legal_basis": "现行政策不允许"}):
        error = program.post("approvals/", body | told, status=422)["error"]
        (sentence,) = error["fields"]["legal_basis"]
        codes = ExclusionReason.objects.in_force(clock.now()).values_list("code", flat=True)
        assert all(f"{code} (" in sentence for code in codes), sentence
        assert "malicious" not in sentence
    asked = program.post("approvals/", body | {"legal_basis": "policy"}, status=201)
    assert asked["legal_basis"] == "现行政策不允许"
    program.post(f"approvals/{asked['id']}/actions/withdraw/")
    proof = str(photo(people["street"]).pk)
    given: dict[str, Any] = {"reason": "无法办理", "legal_basis": "policy", "evidence": proof}
    assert post(people["street"], f"{own}ask/exclusion/", **given).status_code == 302
    assert Approval.objects.get(state="requested").legal_basis == "现行政策不允许"
