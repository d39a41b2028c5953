"""Deeds about requests: who asks, who decides, who thinks better of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils.timezone import localtime

from cases.approvals.services import ask as make_request
from cases.approvals.states import RequestKind
from cases.demo.centre import Deed
from cases.demo.scene import Scene
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role

SHORT = timedelta(days=2)


def ask(scene: Scene, what: str) -> None:
    """Ask for something; ``short_suspension`` ends by itself after two days."""
    kind = RequestKind.SUSPENSION if what == "short_suspension" else RequestKind(what)
    scene.reread()
    until = None
    if kind == RequestKind.SUSPENSION:
        until = scene.at + SHORT if what == "short_suspension" else _evening(scene)
    scene.asked = make_request(
        case=scene.case, kind=kind, reason=scene.say(kind), by=_asker(scene, kind), at=scene.at, until=until,
        legal_basis="《城市管理部件、事件处置责任清单》" if kind == RequestKind.RETURN else "",
    )  # fmt: skip
    scene.reread()


def _asker(scene: Scene, kind: RequestKind) -> Any:
    if kind == RequestKind.CANCELLATION:
        return scene.of(Role.DISPATCHER)
    if kind == RequestKind.EXTENSION and scene.case.handler:
        return scene.cast.person(scene.case.handler.username)
    return scene.clerk()


def _evening(scene: Scene) -> datetime:
    day = localtime(scene.at).date() + timedelta(days=scene.random.randrange(10, 45))
    return datetime.combine(day, time(18), localtime(scene.at).tzinfo)


def decide(scene: Scene, how: str) -> None:
    """Approve or refuse, by whoever is to decide at this step."""
    asked = scene.asked
    if asked is None:
        raise LookupError(f"{scene.story.key}: nothing was asked for")
    role = Role(asked.steps[asked.step])
    by = scene.clerk() if role == Role.DEPT_CLERK else scene.of(role)
    scene.asked = advance(asked, how, by=by, at=scene.at, opinion=scene.say(how))
    scene.reread()


def withdraw(scene: Scene, _arg: str) -> None:
    """Take the request back."""
    asked = scene.asked
    if asked is None:
        raise LookupError(f"{scene.story.key}: nothing was asked for")
    by = scene.cast.person(asked.requested_by.username)
    scene.asked = advance(asked, "withdraw", by=by, at=scene.at, opinion=scene.say("withdraw"))
    scene.reread()


DEEDS: dict[str, Deed] = {"ask": ask, "decide": decide, "withdraw": withdraw}
