"""What management commands share: progress that is drawn for people and logged for machines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO, TypeVar

import structlog

T = TypeVar("T")
_REDRAW_SECONDS = 0.2
log = structlog.get_logger("citygrid.command")


def progress(
    rows: Iterable[T], total: int, label: str, *, stream: TextIO | None = None, verbosity: int = 1
) -> Iterator[T]:
    """Yield ``rows``, showing how many of ``total`` are done: a line redrawn on a terminal, else a log entry each 10 %.

    With ``verbosity`` 0 nothing is drawn. The bar goes to ``stream``, by default stderr, so that it never mixes with
    a command's output.
    """
    out = stream or sys.stderr
    show: Callable[[int], Any] = _Bar(out, total, label) if verbosity and out.isatty() else _Tenths(total, label)
    done = 0
    for row in rows:
        yield row
        done += 1
        show(done)
    if isinstance(show, _Bar):
        show.finish(done)


class _Bar:
    def __init__(self, out: TextIO, total: int, label: str) -> None:
        self._out, self._total, self._label, self._drawn = out, total, label, 0.0

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._drawn >= _REDRAW_SECONDS:
            self._drawn = time.monotonic()
            share = f" {done * 100 // self._total:3} %" if self._total else ""
            self._out.write(f"\r{self._label}{share} {done:,}\x1b[K")
            self._out.flush()

    def finish(self, done: int) -> None:
        self._out.write(f"\r{self._label} {done:,}\x1b[K\n")
        self._out.flush()


class _Tenths:
    def __init__(self, total: int, label: str) -> None:
        self._total, self._label, self._said = total, label, 0

    def __call__(self, done: int) -> None:
        tenth = done * 10 // self._total if self._total else 0
        if tenth > self._said:
            self._said = tenth
            log.info("progress", what=str(self._label), done=done, total=self._total)
