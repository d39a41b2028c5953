"""The measures one after the other, each with its aim, and how they are printed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.http import loads
from tests.benchmarks.http.client import Measured, Steps, drive
from tests.benchmarks.http.prepared import READERS, Ground

CLIENTS, DEEP = 8, 900
WAITING = ("acceptor", "leader", "dispatcher", "clerk", "clerk03", "clerk07", "handler", "gw")
WARM_UP = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    measured: Measured
    aim: float | None
    yardstick: float

    @property
    def failed(self) -> bool:
        """Whether an answer was not as it must be."""
        return bool(self.measured.faults)

    def __str__(self) -> str:
        """Return the line; faults stand below it."""
        one = self.measured
        aim = "" if self.aim is None else f"aim {self.aim:>4.0f}  {'met' if one.rate >= self.aim else 'MISSED'}"
        line = (
            f"{self.name:<44} {one.rate:>7.1f}/s  p50 {one.percentile(0.5) * 1000:>6.1f} ms  "
            f"p95 {one.percentile(0.95) * 1000:>6.1f} ms  errors {len(one.faults)}  "
            f"yardstick {self.yardstick * 1000:>5.1f} ms  {aim}"
        )
        return "\n".join([line.rstrip(), *(f"    {fault}" for fault in one.faults)])


def measures(ground: Ground, ports: Sequence[int], seconds: float, only: Sequence[str] = ()) -> Iterator[Row]:
    """Yield a row for each measure as it is done, or for those whose names hold one of the words ``only``.

    Reads come first, on the very cases that were filled in.
    """
    for name, aim, workers in _planned(ground, ports):
        if only and not any(word in name for word in only):
            continue
        ready = workers()
        drive(ready, WARM_UP)  # each connection plans its statements anew for the first few times it runs them
        before = yardstick()
        measured = drive(ready, seconds)
        yield Row(name, measured, aim, (before + yardstick()) / 2)


def yardstick() -> float:
    """Return how many seconds a fixed piece of work takes just now: a rented machine is not equally fast all day.

    Rates of different runs can be compared where this is the same.
    """
    thing = {"number": "FD202611200001", "state": "handling", "path": list(range(100))}
    taken = []
    for _attempt in range(3):
        before = time.perf_counter()
        for _round in range(1000):
            json.loads(json.dumps(thing))
        taken.append(time.perf_counter() - before)
    return min(taken)


def _planned(ground: Ground, ports: Sequence[int]) -> Iterator[tuple[str, float | None, Callable[[], list[Steps]]]]:
    shares = [(number, ports[number % len(ports)]) for number in range(CLIENTS)]
    readers = [(READERS[number // len(ports) % len(READERS)], port) for number, port in shares]
    waiting = [(WAITING[number], port) for number, port in shares]
    yield "one case with its history", 250, lambda: [loads.looking(ground, port, who) for who, port in readers]
    yield "filtered lists of 50", 60, lambda: [loads.listing(ground, port, who) for who, port in readers]
    for label, query in (("newest first", ""), ("most urgent first", "ordering=due_at")):
        for page in (1, DEEP):
            yield f"all cases, {label}, page {page}", 60, partial(_paging, ground, ports, page, query)
    yield (
        "what waits for me, most urgent first",
        None,
        lambda: [loads.waiting(ground, port, who) for who, port in waiting],
    )
    yield "search for words", None, lambda: [loads.searching(ground, port, who) for who, port in readers]
    yield "report a case", 120, lambda: [loads.creating(ground, port, share) for share, port in shares]
    yield "move a case", 120, lambda: [loads.moving(ground, port, share) for share, port in shares]


def _paging(ground: Ground, ports: Sequence[int], page: int, query: str) -> list[Steps]:
    address = loads.address_of_page(ground, ports[0], "manager", page, query)
    return [loads.paging(ground, ports[number % len(ports)], "manager", address) for number in range(CLIENTS)]
