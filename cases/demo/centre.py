"""Deeds of those who report, and of the centre: acceptors, shift leaders, dispatchers, managers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cases.casework import checks
from cases.casework.services import report_case
from cases.casework.states import Source
from cases.catalogue.models import Category
from cases.demo.scene import Scene
from cases.workflow.engine import advance, advance_by_system
from citygrid.accounts.roles import Role

Deed = Callable[[Scene, str], None]
# How a report is told of in a storyline → by whom it is written down, and as coming from where.
REPORTERS: dict[str, tuple[Role | None, str]] = {
    "": (Role.GRID_WORKER, Source.GRID_WORKER),
    "street": (Role.STREET_STAFF, Source.STREET),
    "citizen": (Role.STREET_STAFF, Source.CITIZEN),
    "department": (Role.DEPT_CLERK, Source.DEPARTMENT),
    **{str(source): (Role.HOTLINE_OPERATOR, source)
       for source in (Source.HOTLINE, Source.SUPERIOR, Source.EMERGENCY, Source.MEDIA)},
    **{str(source): (None, source) for source in (Source.SENSOR, Source.OPEN311, Source.IMPORT)},
}  # fmt: skip


def report(scene: Scene, how: str) -> None:
    """Report the case; a grid worker always with photos, others with one now and then."""
    role, source = REPORTERS[how]
    by = None
    if role is not None:
        by = scene.of(role) if role != Role.GRID_WORKER else scene.cast.person(scene.story.spot.worker)
    photos = scene.shots(by, solved=False) if role == Role.GRID_WORKER or scene.random.random() < 0.4 else []
    scene.case = report_case(
        category=_category(scene), description=scene.story.matter.description, lon=scene.place[0], lat=scene.place[1],
        at=scene.at, by=by, source=source, accuracy_m=scene.random.randrange(3, 25), address=scene.address,
        photos=photos, client_request_id=scene.story.key,
    )  # fmt: skip


def twin(scene: Scene, _arg: str) -> None:
    """Report the same thing once more, by somebody else a few steps away."""
    by = scene.of(Role.STREET_STAFF)
    lon, lat = scene.places.beside(scene.story.spot.grid, scene.place, scene.random)
    scene.twin = report_case(
        category=_category(scene), description=scene.say("twin"), lon=lon, lat=lat, at=scene.at, by=by,
        source=Source.CITIZEN, address=scene.address, client_request_id=f"{scene.story.key}-twin",
    )  # fmt: skip


def _category(scene: Scene) -> Category:
    found: Category = Category.objects.get(conditions__code=scene.story.matter.condition)
    return found


def merge(scene: Scene, _arg: str) -> None:
    """Merge the second report into the first."""
    scene.twin = _on_twin(scene, "merge", scene.of(Role.ACCEPTOR), target=scene.case)
    scene.reread()


def unmerge(scene: Scene, _arg: str) -> None:
    """Take the second report out again."""
    scene.twin = _on_twin(scene, "unmerge", scene.of(Role.SHIFT_LEADER), opinion=scene.say("unmerge"))
    scene.reread()


def _on_twin(scene: Scene, name: str, by: Any, **given: Any) -> Any:
    if scene.twin is None:
        raise LookupError(f"{scene.story.key}: there is no second report")
    return advance(scene.twin, name, by=by, at=scene.at, **given)


def file(scene: Scene, _arg: str) -> None:
    """File the case under the matter's condition."""
    scene.move("file", scene.of(Role.SHIFT_LEADER), condition=scene.story.matter.condition)


def decline(scene: Scene, reason: str) -> None:
    """Decline it, and say who is competent."""
    scene.move(
        "decline", scene.of(Role.ACCEPTOR), opinion=scene.say(f"decline.{reason}"), reason=reason,
        competent_unit=scene.say("competent"),
    )  # fmt: skip


def dispatch(scene: Scene, how: str) -> None:
    """Dispatch it: ``help`` with a co-department, ``other`` to another one than before, ``same`` to the same."""
    right, helper = scene.story.matter.department, scene.story.matter.helper
    wrong = how == "" and scene.wrong_at_first and not scene.case.round_number
    department = _another(scene) if wrong else right
    by = scene.of(Role.DISPATCHER)
    proposal = checks.proposal_for(scene.case, scene.at)
    differs = proposal is not None and proposal.department.code != department
    scene.move(
        "dispatch", by, department=department, co_departments=[helper] if how == "help" else [],
        opinion=scene.say("dispatch_other") if differs else "",
    )  # fmt: skip


def redispatch(scene: Scene, _arg: str) -> None:
    """Dispatch it to where it should have gone at first."""
    by, right = scene.of(Role.DISPATCHER), scene.story.matter.department
    scene.move("redispatch", by, opinion=scene.say("redispatch"), department=right)


def _another(scene: Scene) -> str:
    right = scene.story.matter.department
    return scene.random.choice([code for code in scene.cast.departments(Role.DEPT_CLERK) if code != right])


def rework(scene: Scene, role: str) -> None:
    """Send it back to the department; ``role`` says who does."""
    told = "rework.call" if role == Role.CALLBACK_AGENT else "rework"
    scene.move("rework", scene.of(Role(role)), opinion=scene.say(told))


def close(scene: Scene, how: str) -> None:
    """Close it; with ``call`` somebody waits to be called back first."""
    if how == "call":
        with _somebody_waits_for_a_call(scene.case.pk):
            scene.move("close", scene.of(Role.SHIFT_LEADER))
    else:
        scene.move("close", scene.of(Role.SHIFT_LEADER))


@contextmanager
def _somebody_waits_for_a_call(case_id: int) -> Iterator[None]:
    def waits(case: Any) -> bool:
        return bool(case.pk == case_id)

    checks.WAITING.append(waits)
    try:
        yield
    finally:
        checks.WAITING.remove(waits)


def called(scene: Scene, _arg: str) -> None:
    """All who waited were called."""
    advance_by_system(scene.case, "callback_done", at=scene.at, by=scene.of(Role.CALLBACK_AGENT))
    scene.reread()


def reopen(scene: Scene, role: str) -> None:
    """Open it again."""
    scene.move("reopen", scene.of(Role(role)), opinion=scene.say("reopen"))


def urge(scene: Scene, _arg: str) -> None:
    """Urge the department."""
    role = scene.random.choice((Role.ACCEPTOR, Role.DISPATCHER, Role.HOTLINE_OPERATOR))
    scene.move("urge", scene.of(role), note=scene.say("urge"))


def supervise(scene: Scene, how: str) -> None:
    """Order an answer: within a day or two, or ``short``, within four hours."""
    hours = 4 if how == "short" else scene.random.choice((24, 48))
    scene.move("supervise", scene.of(Role.MANAGER), order=scene.say("supervise"), hours=hours)


def comment(scene: Scene, who: str) -> None:
    """Write a note: ``worker`` with a photo, ``street`` its leader, ``manager``."""
    role = {"worker": Role.GRID_WORKER, "street": Role.STREET_LEADER}.get(who, Role.MANAGER)
    by = scene.of(role)
    photos = [scene.shoot(by, solved=True)] if role == Role.GRID_WORKER else []
    scene.move("comment", by, text=scene.say("comment"), photos=photos)


def _with_opinion(name: str, role: Role) -> Deed:
    return lambda scene, _arg: scene.move(name, scene.of(role), opinion=scene.say(name))


def _plain(name: str, role: Role) -> Deed:
    return lambda scene, _arg: scene.move(name, scene.of(role))


def _with_note(name: str) -> Deed:
    def deed(scene: Scene, _arg: str) -> None:
        note = scene.say(f"look.{name}") if scene.random.random() < 0.5 else ""
        scene.move(name, scene.of(Role.ACCEPTOR), note=note)

    return deed


DEEDS: dict[str, Deed] = {
    "report": report, "twin": twin, "merge": merge, "unmerge": unmerge, "file": file, "decline": decline,
    "dispatch": dispatch, "redispatch": redispatch, "rework": rework, "close": close, "called": called,
    "reopen": reopen, "urge": urge, "supervise": supervise, "comment": comment,
    "send_verify": _with_note("send_verify"), "send_check": _with_note("send_check"),
    "accept": _plain("accept", Role.ACCEPTOR), "recall_verify": _plain("recall_verify", Role.ACCEPTOR),
    "recall_check": _plain("recall_check", Role.ACCEPTOR), "skip_check": _with_opinion("skip_check", Role.ACCEPTOR),
    "refuse_file": _with_opinion("refuse_file", Role.SHIFT_LEADER),
    "give_back": _with_opinion("give_back", Role.SHIFT_LEADER),
    "send_back": _with_opinion("send_back", Role.DISPATCHER), "pass": _plain("pass_feedback", Role.DISPATCHER),
    "force_close": _with_opinion("force_close", Role.MANAGER),
}  # fmt: skip
