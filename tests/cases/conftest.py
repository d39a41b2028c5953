"""Fixtures of the tests of cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.killing import Servers


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """A server to be killed, and those that follow it."""
    found = Servers(tmp_path)
    yield found
    found.end()
