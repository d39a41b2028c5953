"""Many people at once: threads that start together, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db import connection

from citygrid.common.errors import Refusal

Step = TypeVar("Step")


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs at the same moment; return what each answered. A refusal is an answer, anything else a fault."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = job()
        except BaseException as fault:
            results[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults = [one for one in results if isinstance(one, BaseException) and not isinstance(one, Refusal)]
    assert not faults, faults
    return results


def storm(plans: Sequence[Sequence[Step]], attempt: Callable[[int, Step], Any]) -> int:
    """Let each thread attempt the steps of its plan, told which one of its own it is; return how many succeeded."""

    def work(plan: Sequence[Step]) -> int:
        done = 0
        for number, step in enumerate(plan):
            try:
                attempt(number, step)
                done += 1
            except Refusal:
                pass
        return done

    return sum(at_once(*[partial(work, plan) for plan in plans]))
