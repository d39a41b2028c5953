"""Deeds of grid workers on the spot, and of those who wait for them."""

from __future__ import annotations

from cases.demo.centre import Deed
from cases.demo.scene import Scene
from cases.fieldwork.services import send_on_patrol
from cases.fieldwork.states import Verdict
from citygrid.accounts.roles import Role
from gridmap.demo.objects import METRE

FAR = 280  # metres: too far without a reason


def task(scene: Scene, what: str) -> None:
    """Accept the waiting task, or hand it over to a colleague of the same community."""
    if what == "hand_over":
        scene.move_task("hand_over", opinion=scene.say("hand_over"), worker=scene.story.spot.colleague)
    else:
        scene.move_task("accept")


def answer(scene: Scene, verdict: str) -> None:
    """Answer the waiting task on the spot, with a photo; now and then from too far, with a reason."""
    worker = scene.task.assignee
    by = scene.cast.person(worker.username)
    kind = "check" if verdict in (Verdict.PASS, Verdict.FAIL) else "verify"
    far = scene.random.random() < 0.04
    lon, lat = scene.places.beside(scene.story.spot.grid, scene.place, scene.random)
    note = scene.say(f"{kind}.{verdict}") if far or verdict != Verdict.PASS or scene.random.random() < 0.5 else ""
    scene.move_task(
        "complete", verdict=verdict, position=(lon + (FAR * METRE if far else 0), lat),
        accuracy=scene.random.randrange(3, 20), note=note,
        photos=[scene.shoot(by, solved=verdict in (Verdict.PASS, Verdict.FALSE))],
    )  # fmt: skip


def patrol(scene: Scene, _arg: str) -> None:
    """Send the grid worker on a round."""
    worker = scene.cast.person(scene.story.spot.worker)
    by = scene.of(Role.ACCEPTOR)
    scene.task = send_on_patrol(area=scene.area, worker=worker, by=by, at=scene.at, note=scene.say("patrol"))


def patrolled(scene: Scene, _arg: str) -> None:
    """Come back from the round."""
    scene.move_task("complete", verdict=Verdict.FINISHED, position=scene.place, note=scene.say("patrol.done"))


def wait(scene: Scene, state: str) -> None:
    """See that time alone has brought the case into that state. Raises ``AssertionError``."""
    if scene.state != state:
        raise AssertionError(f"{scene.story.key} ({scene.story.line.name}) is {scene.state}, not {state}.")
    if not scene.story.line.is_patrol:
        scene.reread()


DEEDS: dict[str, Deed] = {
    "task": task, "verify": answer, "check": answer, "patrol": patrol, "patrolled": patrolled, "await": wait,
}  # fmt: skip
