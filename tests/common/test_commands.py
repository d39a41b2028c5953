"""Progress of long commands: a line for people, log entries for machines, nothing when asked to be quiet."""

from __future__ import annotations

import io

import pytest
from structlog.testing import capture_logs

from citygrid.common.commands import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_every_row_comes_through_in_order(stream):
    assert list(progress(range(25), 25, "rows", stream=stream())) == list(range(25))


def test_a_terminal_gets_one_line_that_is_redrawn():
    out = Terminal()
    list(progress(range(1500), 1500, "rows", stream=out))
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().endswith("rows 1,500\x1b[K\n")


def test_elsewhere_each_tenth_is_logged_once():
    out = io.StringIO()
    with capture_logs() as lines:
        list(progress(range(1000), 1000, "rows", stream=out))
    assert [line["done"] for line in lines] == list(range(100, 1001, 100))
    assert out.getvalue() == ""


def test_a_quiet_command_draws_nothing():
    out = Terminal()
    list(progress(range(10), 10, "rows", stream=out, verbosity=0))
    assert out.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_an_unknown_total_is_no_fault(stream):
    assert list(progress(range(3), 0, "rows", stream=stream())) == [0, 1, 2]
