"""Endpoint × role: who gets what from every address of the API; and list, detail and map show the same things."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from cases.casework.services import report_case
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.models import Category
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.stewards.services import record_walk
from cases.workflow.engine import advance
from citygrid.accounts.models import User
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from tests.cases.council_walk import MatterWalk
from tests.cases.lanes import lane_with_steward, ticked
from tests.cases.ticket_walk import TicketWalk, hotline
from tests.cases.walk import AT, Walk, catalogue, photo
from tests.cases.whistling import Tune, add_departments
from tests.cast import CITY, COMMUNITY, GRIDS, PEOPLE, THEIR_GRID, THEIRS

ROOT = "/api/v1/"
CATEGORY = "CJ214-E0102"
NO_PIECE = "00000000-0000-4000-8000-000000000000"
# . 200   - 403 no right   o 404 not there or not yours   x 401 not signed in   ? 422 asked wrongly, by anyone
# ! 409 not now   ~ 400 the query names what is not there or not yours
STATUS = {".": 200, "-": 403, "o": 404, "x": 401, "?": 422, "!": 409, "~": 400}
# One column a person: the cast in its order (the last two are strangers), then somebody without a post, then nobody.
#
#     gw acceptor leader dispatcher clerk handler operator callback hotlinelead street streetlead platform manager
#     auditor sysadmin secadmin | stranger_gw stranger_street | jobless | nobody
EXPECTED = f"""
GET    api_areas            areas/                        ................ .. - x
GET    api_areas_geojson    areas.geojson                 ................ .. - x
GET    api_area             areas/{GRIDS[0]}/             ................ oo - x
GET    api_area             areas/{COMMUNITY}/            o............... oo - x
GET    api_area             areas/{CITY}/                 o........oo..... oo - x
GET    api_area             areas/{THEIR_GRID}/           o........oo..... .. - x
GET    api_area             areas/{THEIRS}/               o........oo..... o. - x
GET    api_area             areas/nowhere/                oooooooooooooooo oo - x
GET    api_locate           locate/?lon=120.205&lat=27.335 ................ .. - x
GET    api_places           places/?q=stsq                .............-.- .. - x
GET    api_departments      departments/                  ................ .. - x
GET    api_department       departments/CGJ/              ................ .. - x
GET    api_department       departments/SQ/               ................ oo - x
GET    api_department       departments/TS/               o........oo..... .. - x
GET    api_department       departments/nothing/          oooooooooooooooo oo - x
GET    api_categories       categories/                   .............-.- .. - x
GET    api_category         categories/{CATEGORY}/        .............-.- .. - x
GET    api_category         categories/nothing/           ooooooooooooo-o- oo - x
GET    api_standards        standards/                    .............-.- .. - x
GET    api_me               me/                           ................ .. . x
GET    api_filing_conditions filing-conditions/           .............-.- .. - x
GET    api_grid_workers     grid-workers/                 .............--- .. - x
GET    api_handlers         handlers/                     .............--- .. - x
GET    api_cases            cases/                        .............--- .. - x
POST   api_cases            cases/                        ?????????????--- ?? - x
GET    api_case             cases/{{case}}/               .............--- oo - x
GET    api_case             cases/{{young}}/              ....oo.......--- oo - x
GET    api_case             cases/FD0/                    ooooooooooooo--- oo - x
GET    api_case_timeline    cases/{{case}}/timeline/      .............--- oo - x
GET    api_case_timeline    cases/{{young}}/timeline/     ....oo.......--- oo - x
GET    api_case_clock       cases/{{case}}/clocks/{{clock}}/explain/ .............--- oo - x
GET    api_case_clock       cases/{{young}}/clocks/{{clock}}/explain/ ooooooooooooo--- oo - x
POST   api_case_move        cases/{{case}}/actions/comment/ ????????-????--- oo - x
POST   api_case_move        cases/{{case}}/actions/assign_handler/ ----!----------- oo - x
POST   api_case_move        cases/{{young}}/actions/decline/ -!--oo---------- oo - x
GET    api_case_suggestions cases/{{case}}/suggestions/   .............--- oo - x
GET    api_case_suggestions cases/{{young}}/suggestions/  ....oo.......--- oo - x
POST   api_case_dispatch_at_once cases/{{young}}/actions/dispatch_at_once/ ----oo---------- oo - x
GET    api_field_tasks      field-tasks/                  .............--- .. - x
POST   api_field_tasks      field-tasks/                  ?????????????--- ?? - x
GET    api_field_task       field-tasks/{{task}}/         ....oo.......--- oo - x
POST   api_field_task_move  field-tasks/{{task}}/actions/complete/ ?---oo---------- oo - x
GET    api_approvals        approvals/                    .............--- .. - x
POST   api_approvals        approvals/                    ?????????????--- ?? - x
GET    api_approval         approvals/{{asked}}/          .............--- oo - x
POST   api_approval_move    approvals/{{asked}}/actions/refuse/ ---?------------ oo - x
POST   api_evidence_upload  evidence/                     ?????????????--- ?? - x
GET    api_tickets         tickets/                     ----.........--- -. - x
POST   api_tickets         tickets/                     ----?????????--- -? - x
GET    api_ticket          tickets/{{ticket}}/          ----oo.....o.--- -o - x
GET    api_ticket          tickets/FDR0/                ----ooooooooo--- -o - x
GET    api_ticket_timeline tickets/{{ticket}}/timeline/ ----oo.....o.--- -o - x
GET    api_ticket_clock    tickets/{{ticket}}/clocks/{{ticket_clock}}/explain/ ----oo.....o.--- -o - x
POST   api_ticket_move     tickets/{{ticket}}/actions/contact/ ----oo---??o---- -o - x
POST   api_ticket_reveal   tickets/{{ticket}}/reveal/   ----?????????--- -? - x
GET    api_ticket_similar  tickets/{{ticket}}/similar/   ------...------- -- - x
POST   api_ticket_duplicates ticket-duplicates/          ------???------- -- - x
POST   api_ticket_suggestions ticket-suggestions/        ------???------- -- - x
POST   api_calls           calls/                       ----?????????--- -? - x
GET    api_callers         callers/?phone=19900007654   ------...------- -- - x
GET    api_caller          callers/{{caller}}/          ------...------- -- - x
GET    api_callbacks       callbacks/                   ------...---.--- -- - x
GET    api_demand_types    demand-types/                ----.........--- -. - x
GET    api_ticket_categories ticket-categories/           ----.........--- -. - x
GET    api_units           units/                       ----.........--- -. - x
GET    api_unit_staff      unit-staff/                  ----.........--- -. - x
GET    api_whistles        whistles/                    ----..---....--- -. - x
POST   api_whistles        whistles/                    ----??---????--- -? - x
GET    api_whistle         whistles/{{whistle}}/        ----..---....--- -o - x
GET    api_whistle         whistles/FDS0/               ----oo---oooo--- -o - x
GET    api_whistle_board   whistles/{{whistle}}/board/  ----..---....--- -o - x
GET    api_whistle_timeline whistles/{{whistle}}/timeline/ ----..---....--- -o - x
POST   api_whistle_move    whistles/{{whistle}}/actions/recall/ ----------?----- -o - x
POST   api_whistle_move    whistles/{{whistle}}/actions/comment/ ----??---????--- -o - x
GET    api_report_ins      report-ins/                  ----..---....--- -. - x
GET    api_report_in       report-ins/{{report_in}}/    ----..---....--- -o - x
POST   api_report_in_move  report-ins/{{report_in}}/actions/arrive/ ----??---------- -o - x
GET    api_report_in_clock report-ins/{{report_in}}/clocks/{{report_clock}}/explain/ ----..---....--- -o - x
GET    api_whistle_kinds   whistle-kinds/               ----..---....--- -. - x
GET    api_whistle_departments whistle-departments/         ----..---....--- -. - x
GET    api_called_departments called-departments/?whistle={{whistle}} ----..---....--- -~ - x
GET    api_council_matters council-matters/             ---------....--- -. - x
POST   api_council_matters council-matters/             ---------????--- -? - x
GET    api_council_matter  council-matters/{{matter}}/  ---------....--- -o - x
GET    api_council_matter  council-matters/FDY0/        ---------oooo--- -o - x
GET    api_council_matter_timeline council-matters/{{matter}}/timeline/ ---------....--- -o - x
POST   api_council_matter_move council-matters/{{matter}}/actions/decline/ ---------??----- -o - x
GET    api_lanes           lanes/                       ---------....--- -. - x
GET    api_lane            lanes/{{lane}}/              ---------....--- -o - x
GET    api_lane_claims     lane-claims/?lane={{lane}}   ---------....--- -~ - x
POST   api_lane_claims     lane-claims/                 ---------????--- -? - x
POST   api_lane_claim_end  lane-claims/{{claim}}/end/   ---------.!----- -o - x
GET    api_lane_checklist  lane-checklist/              ---------....--- -. - x
GET    api_lane_walks      lane-walks/                  ---------....--- -. - x
POST   api_lane_walks      lane-walks/                  ---------????--- -? - x
GET    api_lane_walk       lane-walks/{{walk}}/         ---------....--- -o - x
POST   api_lane_walk_move  lane-walks/{{walk}}/actions/read/ ---------.!----- -o - x
GET    api_evaluations     evaluations/                ----.---.....--- -. - x
GET    api_evaluation      evaluations/hotline:2026-03:{{unit}}/ ----o---...o.--- -o - x
GET    api_evaluation_cases evaluations/hotline:2026-03:{{unit}}/cases/ ----o---...o.--- -o - x
GET    api_evidence         evidence/{{own}}/             .ooooooooooooooo oo o x
GET    api_evidence         evidence/{{proof}}/           .............ooo oo o x
GET    api_evidence_file    evidence/{NO_PIECE}/file/ oooooooooooooooo oo o x
GET    api_evidence_original evidence/{NO_PIECE}/original/ oooooooooooooooo oo o x
POST   api_token            auth/token/                   ???????????????? ?? ? ?
GET    api_tokens           auth/tokens/                  ................ .. . x
DELETE api_token_detail     auth/tokens/999/              oooooooooooooooo oo o x
"""


def rows() -> list[tuple[str, str, str, str]]:
    found = []
    for line in EXPECTED.strip().splitlines():
        method, name, address, *marks = line.split()
        found.append((method, name, address, "".join(marks)))
    return found


@pytest.fixture
def everybody(people: dict[str, User], condition: FilingCondition) -> list[tuple[str, User | None]]:
    """The cast, somebody without a post, and nobody."""
    cache.clear()  # sign-ins of other tests count against the limit
    jobless = User.objects.create(username="jobless", display_name="jobless")
    return [*((name, people[name]) for name in PEOPLE), ("jobless", jobless), ("nobody", None)]


@pytest.fixture
def condition(db: None) -> FilingCondition:
    """One filing condition of one category."""
    return catalogue()


@pytest.fixture
def things(people: dict[str, User], condition: FilingCondition) -> Things:
    """What the addresses name: a case at a department with a request on it, and a young one that is being verified."""
    case = Walk(people, condition)
    case.to("handling")
    asked = case.request("extension", "clerk")
    young = report_case(
        category=condition.category, description="垃圾", lon=120.205, lat=27.335, at=AT, by=people["street"]
    )
    young = advance(young, "send_verify", by=people["acceptor"], at=AT, worker="gw")
    own, proof = photo(people["gw"]), Evidence.objects.filter(case=case.case).earliest("uploaded_at")
    return Things(people, {
        "case": case.case.number, "young": young.number, "task": young.field_tasks.get().pk, "asked": asked.pk,
        "clock": Clock.objects.of(case.case).earliest("pk").pk, "own": own.pk, "proof": proof.pk,
    })  # fmt: skip


class Things(dict[str, Any]):
    """What addresses name; what takes long to make is made when it is named."""

    def __init__(self, people: dict[str, User], made: dict[str, Any]) -> None:
        super().__init__(made)
        self.people, self.city = people, {area.code: area for area in Area.objects.all()}

    def __missing__(self, name: str) -> Any:
        if name in ("ticket", "ticket_clock", "caller", "unit"):
            hotline(self.people, self.city)
            ticket = TicketWalk(self.people).to("handling")
            clock = Clock.objects.of(ticket).earliest("pk")
            self.update(ticket=ticket.number, ticket_clock=clock.pk, caller=ticket.caller_id, unit="SQ")
        elif name in ("lane", "claim", "walk"):
            lane = lane_with_steward(self.people, self.city)
            walk = record_walk(lane=lane, findings=ticked(), lon=120.205, lat=27.335, by=self.people["steward"], at=AT)
            self.update(lane=lane.code, claim=lane.claims.get().pk, walk=walk.pk)
        elif name == "matter":
            self["matter"] = MatterWalk(self.people).matter.number
        else:
            add_departments(self.people, self.city)
            tune = Tune(self.people, names=("CGJ",))
            tune.to("issued")
            report_in = tune.report("CGJ")
            clock = Clock.objects.of(report_in).earliest("pk")
            self.update(whistle=tune.whistle.number, report_in=report_in.pk, report_clock=clock.pk)
        return self[name]


def client_of(user: User | None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def names_below(patterns: Any, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for one in patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            found |= names_below(one.url_patterns, address)
        elif isinstance(one, URLPattern) and f"/{address}".startswith(ROOT):
            found.add(str(one.name))
    return found


def test_every_endpoint_stands_in_the_table():
    """Whoever adds an address says here who may use it."""
    assert names_below(get_resolver().url_patterns) == {name for _method, name, _address, _marks in rows()}


def test_every_role_and_every_person_of_the_cast_has_a_column():
    assert {len(marks) for _method, _name, _address, marks in rows()} == {len(PEOPLE) + 2}


@pytest.mark.parametrize(("method", "address", "marks"), [(m, a, marks) for m, _name, a, marks in rows()])
def test_everybody_gets_what_the_table_says(everybody, things, method, address, marks):
    address = address.format_map(things)
    got = []
    for name, user in everybody:
        answer = client_of(user).generic(method, ROOT + address)
        got.append((name, answer.status_code))
        assert (answer.status_code < 400) is ("error" not in str(answer.content[:10]))
    assert got == [(name, STATUS[mark]) for (name, _user), mark in zip(everybody, marks, strict=True)]


@pytest.mark.parametrize(("listed", "model"), [("areas", Area), ("departments", Department), ("categories", Category)])
def test_list_and_detail_show_the_same_things_to_everybody(everybody, listed, model):
    codes = list(model.objects.values_list("code", flat=True))
    for name, user in everybody:
        client = client_of(user)
        answer = client.get(f"{ROOT}{listed}/?page_size=200&retired=1")
        rows_seen = answer.json().get("results", [])
        details = {code for code in codes if client.get(f"{ROOT}{listed}/{code}/").status_code == 200}
        assert {row["code"] for row in rows_seen} == details, name
        assert len(rows_seen) == len(details), name  # no row twice


def test_the_map_shows_the_areas_of_the_list_that_have_an_outline(everybody):
    outlined = set(Area.objects.filter(versions__isnull=False).values_list("code", flat=True))
    for name, user in everybody:
        client = client_of(user)
        listed = {row["code"] for row in client.get(f"{ROOT}areas/?page_size=200").json().get("results", [])}
        drawn = [one["id"] for one in client.get(f"{ROOT}areas.geojson").json().get("features", [])]
        assert set(drawn) == listed & outlined, name
        assert len(drawn) == len(set(drawn)), name
