"""The fortnight of casework in the demonstration, and of its hotline (:mod:`tests.cases.demo_hotline`), played once."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from cases.approvals.kinds import KINDS
from cases.approvals.models import Approval
from cases.approvals.states import RequestState
from cases.casework.models import Case
from cases.casework.states import Outcome, Source, State
from cases.catalogue.importing import import_categories
from cases.catalogue.seeding import load_conditions
from cases.councils.models import CouncilMatter
from cases.deadlines.calendar_import import import_calendar
from cases.deadlines.lamps import Lamp, lamp_of
from cases.deadlines.models import Clock
from cases.demo import play, repertoire
from cases.demo.cast import Cast
from cases.demo.neighbourhood_lines import NEIGHBOURHOOD_LINES
from cases.demo.plan import Story, stories
from cases.demo.storylines import STORYLINES
from cases.demo.ticket_lines import TICKET_LINES
from cases.demo.whistle_lines import WHISTLE_LINES
from cases.evidence.models import Evidence, Remark
from cases.fieldwork.models import FieldTask
from cases.fieldwork.states import TaskKind, TaskState
from cases.hotline.models import Ticket
from cases.hotline.seeding import load_categories, load_types
from cases.journal.models import Event
from cases.routing.importing import import_responsibilities
from cases.stewards.models import Lane, LaneWalk
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.people import Acting
from citygrid.accounts.models import User
from citygrid.accounts.roles import Role
from citygrid.common import clock
from gridmap.demo import build, logins
from gridmap.demo.fixtures import FIXTURES
from gridmap.posts.models import Post
from tests.cases import demo_hotline
from tests.cases.demo_hotline import ticket_of, whistle_of
from tests.web.test_areas import signed_in

globals().update({name: test for name, test in vars(demo_hotline).items() if name.startswith("test_")})

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_worker]
AT = datetime(2026, 3, 19, 2, 40, tzinfo=UTC)  # a Thursday, 10:40 in the city
# Nights, a Sunday, the spring festival, the first minutes of a year: the demo is started whenever somebody likes.
ODD_TIMES = [
    datetime(2026, 3, 18, 19, 10, tzinfo=UTC), datetime(2026, 3, 22, 5, 0, tzinfo=UTC),
    datetime(2026, 2, 18, 4, 0, tzinfo=UTC), datetime(2026, 12, 31, 16, 1, tzinfo=UTC),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def played(django_db_setup, django_db_blocker, tmp_path_factory) -> Any:
    """Every storyline once, played once for this module."""
    with (
        django_db_blocker.unblock(), transaction.atomic(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
    ):  # fmt: skip
        build.build()
        import_categories(path=FIXTURES / "categories.csv", at=build.START)
        load_conditions(path=FIXTURES / "filing_conditions.csv", at=build.START)
        import_responsibilities(path=FIXTURES / "demo" / "responsibilities.csv", at=build.START)
        import_calendar(path=FIXTURES / "holidays.csv", confirm=True, at=build.START)
        load_types(at=build.START)
        load_categories(path=FIXTURES / "ticket_categories.csv", at=build.START)
        yield play.fill(at=AT, count=0, tickets=0, whistles=0)
        transaction.set_rollback(True)


def subject_of(story: Story) -> Any:
    if story.line.about == "ticket":
        return ticket_of(story)
    if story.line.about == "whistle":
        return whistle_of(story)
    if story.line.about == "matter":
        return CouncilMatter.objects.get(client_request_id=story.key)
    if story.line.about == "walk":
        return LaneWalk.objects.get(client_request_id=story.key)
    return Case.objects.get(client_request_id=story.key)


def test_every_storyline_ends_as_it_promises(played):
    assert {story.line for story in played} == {*STORYLINES, *TICKET_LINES, *WHISTLE_LINES, *NEIGHBOURHOOD_LINES}
    wrong = [
        (story.line.name, subject_of(story).state) for story in played
        if not story.line.is_patrol and subject_of(story).state != story.line.ends
    ]  # fmt: skip
    assert not wrong
    patrols = Counter(str(story.line.ends) for story in played if story.line.is_patrol)
    found = Counter(FieldTask.objects.filter(kind=TaskKind.PATROL).values_list("state", flat=True))
    assert found == patrols


def test_everything_that_can_be_is_there(played):
    def values(model: Any, field: str, **where: Any) -> set[str]:
        return set(model.objects.filter(**where).values_list(field, flat=True))

    assert values(Case, "state") == set(State.values)
    assert values(FieldTask, "state") == set(TaskState.values)
    assert values(FieldTask, "kind") == set(TaskKind.values)
    assert values(Approval, "state") == set(RequestState.values)
    about_cases = {kind for about, kind in KINDS if about == "case"}
    assert values(Approval, "kind", ticket=None) == about_cases
    assert values(Approval, "kind", ticket=None, state=RequestState.REQUESTED) == about_cases
    assert {Source.GRID_WORKER, Source.HOTLINE, Source.STREET, Source.CITIZEN} <= values(Case, "source")
    assert {Outcome.SOLVED, Outcome.CANNOT} <= values(Case, "outcome")
    assert len(values(Case, "decline_reason")) > 4
    for flag in ("self_handled", "forced", "first_dispatch_wrong"):
        assert Case.objects.filter(**{flag: True}).exists(), flag
    for count in ("returned_count", "rework_count", "urge_count", "reopened_count"):
        assert Case.objects.filter(**{f"{count}__gt": 0}).exists(), count
    assert Case.objects.filter(supervisions__replied_at=None, supervisions__isnull=False).exists()
    assert Case.objects.filter(supervisions__replied_at__isnull=False).exists()
    assert Case.objects.filter(co_departments__done_at__isnull=False).exists()
    assert any(case.owing_parts() for case in Case.objects.filter(state=State.HANDLING))
    kinds = set(Event.objects.filter(kind__startswith="case.").values_list("kind", flat=True))
    assert {"case.merge", "case.unmerge", "case.comment", "case.wake", "case.resume", "case.skip_check"} <= kinds
    assert Event.objects.filter(kind="field_task.hand_over").exists()
    shown = Counter(str(lamp_of(one, AT)) for one in Clock.objects.running().filter(subject_type="cases.case"))
    assert all(shown[lamp] > 3 for lamp in Lamp.values), shown


def test_lamps_are_those_that_were_meant(played):
    for story in played:
        if story.line.waits:
            holders = [subject_of(story)]
            if story.line.waits.startswith("report"):
                holders = list(holders[0].report_ins.all())
            running = [one for holder in holders for one in Clock.objects.running().of(holder)]
            lamps = {lamp_of(one, AT) for one in running if one.kind == story.line.waits}
            assert lamps == {story.lamp}, (story.line.name, story.matter.condition)


def test_nothing_lies_in_the_future_and_no_two_things_happen_at_once(played):
    assert not Event.objects.filter(at__gt=AT).exists()
    assert not Evidence.objects.filter(used_at__gt=AT).exists()
    assert not Evidence.objects.filter(taken_at__gt=AT).exists()
    reported = list(Case.objects.values_list("reported_at", flat=True))
    assert len(set(reported)) == len(reported)
    assert min(reported) > AT - timedelta(days=40)


def test_each_timeline_is_in_order_and_versions_have_no_gap(played):
    kinds = ("case", "fieldtask", "approval", "ticket", "whistle", "reportin", "councilmatter", "lanewalk")
    rows = Event.objects.filter(subject_type__in=[f"cases.{kind}" for kind in kinds])
    chains = defaultdict(list)
    for row in rows.order_by("sequence"):
        chains[row.subject_type, row.subject_id].append(row)
    assert len(chains) > 150
    for chain in chains.values():
        times = [row.at for row in chain]
        assert times == sorted(times), chain[0].subject_text
        versions = [row.facts["version"] for row in chain if "version" in row.facts]
        assert versions == list(range(1, len(versions) + 1)), chain[0].subject_text
    for subject in (*Case.objects.all(), *Ticket.objects.all(), *Whistle.objects.all(), *ReportIn.objects.all()):
        moves = [row for row in chains[subject._meta.label_lower, str(subject.pk)] if row.to_state]
        assert moves[-1].to_state == subject.state


def test_numbers_follow_the_day_of_the_report(played):
    by_day = defaultdict(list)
    for case in Case.objects.order_by("reported_at"):
        day = case.reported_at.astimezone(build.START.tzinfo)
        assert case.number.startswith(f"FD{day:%Y%m%d}"), case.number
        by_day[day.date()].append(int(case.number[-4:]))
    for numbers in by_day.values():
        assert numbers == list(range(1, len(numbers) + 1))


def test_warnings_and_passed_limits_were_noted_as_they_came(played):
    assert Event.objects.filter(kind="clock.warned").count() > 20
    assert Event.objects.filter(kind="clock.overdue").count() > 20
    for row in Event.objects.filter(kind="clock.overdue"):
        late = row.at - datetime.fromisoformat(row.facts["due_at"])
        assert timedelta() < late < timedelta(minutes=10), row.subject_text
    assert not Clock.objects.running().filter(overdue_noted_at=None, due_at__lt=AT - timedelta(minutes=2)).exists()


def test_photos_are_real_evidence(played):
    pieces = list(Evidence.objects.all())
    assert len(pieces) > 200
    assert all((piece.case_id or piece.holder_id) and piece.media_type == "image/jpeg" for piece in pieces)
    assert len({piece.sha256 for piece in pieces}) == len(pieces)
    plain: list[Any] = [piece for piece in pieces if not piece.remarks]
    assert len(plain) > 0.7 * len(pieces)
    assert all(piece.distance_m < 200 and piece.taken_at <= piece.used_at for piece in plain)
    odd = {remark for piece in pieces for remark in piece.remarks}
    assert {Remark.FAR, Remark.OLD, Remark.ALBUM, Remark.PLACE_CLAIMED} <= odd


def test_cases_stand_where_their_grid_is(played):
    for case in Case.objects.select_related("area_version", "area"):
        assert case.area_version.geom.covers(case.geom)
        assert case.area.level == "grid"
        assert case.address


def test_the_journal_is_whole(played):
    out = io.StringIO()
    call_command("verify_journal", stdout=out, verbosity=0)
    assert "whole" in out.getvalue()


def test_a_second_run_changes_nothing(played, settings, tmp_path, monkeypatch, django_assert_max_num_queries):
    settings.DEMO, settings.HOME = True, tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv(logins.VARIABLE, "Given-Horse-77")
    cases, tickets, whistles = Case.objects.count(), Ticket.objects.count(), Whistle.objects.count()
    counts = []
    for _run in range(2):  # the first adds what is no case
        errors = io.StringIO()
        call_command("seed_demo", stdout=io.StringIO(), stderr=errors)
        assert errors.getvalue() == ""
        counts.append(Event.objects.exclude(kind="account.demo_password_set").count())
    assert counts[0] == counts[1]
    assert (Case.objects.count(), Ticket.objects.count(), Whistle.objects.count()) == (cases, tickets, whistles)


def plot(story: Story) -> tuple[Any, ...]:
    return story.key, story.line.name, story.lamp, story.person, story.matter.description, story.spot.grid


def test_the_same_day_gives_the_same_city_and_another_day_another(played):
    kit = repertoire.load(Cast(AT), AT)
    once = stories(kit, at=AT, count=200)
    assert len(once) == 200
    assert once == stories(kit, at=AT, count=200)
    later = stories(kit, at=AT + timedelta(minutes=50), count=200)
    assert [plot(story) for story in once] == [plot(story) for story in later]
    other = stories(kit, at=AT + timedelta(days=1), count=200)
    assert [plot(story) for story in once] != [plot(story) for story in other]
    ours = [plot(story) for story in played if story.line in STORYLINES]
    assert ours == [plot(story) for story in once[: len(ours)]]


@pytest.mark.parametrize("at", ODD_TIMES, ids=str)
def test_stories_laid_out_at_odd_times_are_in_order_and_over_in_time(played, at):
    kit = repertoire.load(Cast(at), at)
    calls = stories(kit, at=at, count=200, lines=(*TICKET_LINES, *WHISTLE_LINES, *NEIGHBOURHOOD_LINES), mark="demo-x-")
    for story in (*stories(kit, at=at, count=400), *calls):
        times = [moment for _word, moment in story.beats]
        assert times == sorted(set(times)), story.line.name
        assert times[-1] < at
        assert times[0] > at - timedelta(days=60), story.line.name


# Roles for which there is something to do, each by the next move or a request.
WORKING = (Role.GRID_WORKER, Role.ACCEPTOR, Role.SHIFT_LEADER, Role.DISPATCHER, Role.DEPT_CLERK, Role.HANDLER,
           Role.CALLBACK_AGENT, Role.MANAGER, Role.HOTLINE_OPERATOR, Role.HOTLINE_LEADER, Role.STREET_STAFF,
           Role.STREET_LEADER, Role.PLATFORM_CLERK, Role.LANE_STEWARD)  # fmt: skip


def test_every_login_finds_its_work_or_a_page_that_makes_sense(played, settings, monkeypatch):
    settings.DEMO = True  # demo accounts sign in nowhere else
    monkeypatch.setattr(clock, "now", lambda: AT)
    empty = []
    for user in User.objects.filter(is_demo=True):
        answer = signed_in(user).get("/", headers={"accept-language": "en"})
        assert answer.status_code == 200, user.username
        roles = set(Post.objects.in_force(AT).filter(user=user).values_list("role", flat=True))
        if not roles & set(WORKING):
            continue
        acting = Acting.of(user, AT)
        waiting = Case.objects.visible_to(user, AT).waiting_for(acting).count()
        waiting += Approval.objects.waiting_for(acting).count() + Whistle.objects.waiting_for(acting).count()
        waiting += ReportIn.objects.waiting_for(acting).count() + Lane.objects.walked_by(user, AT).count()
        if waiting and answer.context["count"] == 0:
            empty.append(f"{user.username} at home")
        if not waiting + Ticket.objects.waiting_for(acting).count():
            empty.append(user.username)
    assert not empty


@pytest.mark.parametrize("login", ["manager1", "auditor1", "operator1", "street1", "platform1"])
def test_who_waits_for_no_case_still_has_somewhere_to_look(played, settings, monkeypatch, login):
    settings.DEMO = True
    monkeypatch.setattr(clock, "now", lambda: AT)
    user = User.objects.get(username=login)
    page = signed_in(user).get("/cases/?tab=all", headers={"accept-language": "en"})
    if login == "auditor1":
        assert page.status_code == 403
        assert signed_in(user).get("/admin/cases/event/").status_code in (200, 302)
    else:
        assert page.status_code == 200
        assert page.context["page"].paginator.count > 20
