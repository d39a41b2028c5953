"""Deeds of departments: their clerks, their handlers and those who help."""

from __future__ import annotations

from typing import Any

from cases.casework.states import Outcome
from cases.demo.centre import Deed
from cases.demo.scene import Scene
from citygrid.accounts.roles import Role


def assign(scene: Scene, _arg: str) -> None:
    """Put a handler to work: the one who shall find it, else any. A department without handlers does it itself."""
    lead: Any = scene.case.lead_department
    if lead.code not in scene.cast.departments(Role.HANDLER):
        return
    if scene.story.line.each == Role.HANDLER and scene.story.person:
        handler = scene.cast.person(scene.story.person)
    else:
        handler = scene.cast.somebody(Role.HANDLER, scene.random, department=lead.code)
    scene.move("assign_handler", scene.clerk(), handler=handler)


def submit(scene: Scene, how: str) -> None:
    """Submit the work: solved, with photos, or ``cannot``."""
    case = scene.case
    by = scene.cast.person(case.handler.username) if case.handler else scene.clerk()
    if how == "cannot":
        scene.move("submit", by, outcome=Outcome.CANNOT, result=scene.say("cannot"))
        return
    result = scene.story.matter.result + (scene.say("again") if case.rework_count else "")
    scene.move(
        "submit", by, outcome=Outcome.SOLVED, result=result, after_photos=scene.shots(by, solved=True)
    )  # fmt: skip


def part(scene: Scene, _arg: str) -> None:
    """Let the departments that help finish their parts."""
    for owing in scene.case.owing_parts():
        by = scene.clerk(owing.department.code)
        scene.move("finish_part", by, result=scene.say("part"))


def redo(scene: Scene, _arg: str) -> None:
    """Have the work done again before it leaves the department."""
    scene.move("redo_inside", scene.clerk(), opinion=scene.say("redo"))


def fix(scene: Scene, _arg: str) -> None:
    """Let the grid worker fix it on the spot."""
    by = scene.cast.person(scene.story.spot.worker)
    scene.move(
        "fix_on_spot", by, result=scene.say("self"), before_photos=[scene.shoot(by, solved=False)],
        after_photos=[scene.shoot(by, solved=True)],
    )  # fmt: skip


def reply(scene: Scene, _arg: str) -> None:
    """Answer the order of supervision."""
    scene.move("answer_supervision", scene.clerk(), reply=scene.say("supervise_reply"))


def _by_clerk(name: str) -> Deed:
    return lambda scene, _arg: scene.move(name, scene.clerk())


def revoke(scene: Scene, _arg: str) -> None:
    """Take the handler off, where there is one."""
    if scene.case.handler_id:
        scene.move("revoke_handler", scene.clerk())


DEEDS: dict[str, Deed] = {
    "assign": assign, "submit": submit, "part": part, "redo": redo, "fix": fix, "reply": reply, "revoke": revoke,
    "sign": _by_clerk("sign"), "confirm": _by_clerk("confirm"), "resume": _by_clerk("resume"),
}  # fmt: skip
