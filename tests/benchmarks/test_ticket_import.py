"""How long it takes to take over the tickets of an older hotline: 4,200 rows of 3,000 callers, one in seven a repeat.

Aim on two idle cores: two minutes on either engine, judging, encrypting and journaling included.
"""

from __future__ import annotations

from typing import Any

import pytest

from cases.hotline.models import Ticket
from tests.cases.old_tickets import as_xlsx, row, run
from tests.cases.ticket_walk import hotline

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROWS = 4_200


def rows() -> list[dict[str, Any]]:
    """Return rows of which every seventh says the same as the one before."""
    return [
        row(
            f"R-{number}", 姓名=f"来电{number % 3000}", 电话=f"138{number % 3000:08}",
            诉求内容=f"沙滨路{number - (number % 7 == 6)}号\n\t\t路灯不亮\n\t",
            受理时间=f"2026/3/{number // 7 % 28 + 1} 9:05:00",
            办结时间="2026-04-05 10:00", 经度=f"{120.2005 + number % 190 / 10_000:.4f}",
        )
        for number in range(ROWS)
    ]  # fmt: skip


def test_four_thousand_tickets_are_taken_over(people, city, tmp_path, benchmark):
    hotline(people, city)
    path = as_xlsx(tmp_path, rows())
    report = benchmark.pedantic(run, args=(path,), rounds=1)
    assert (report.taken_over, report.refused) == (ROWS, 0)
    assert Ticket.objects.exclude(main_ticket=None).count() >= ROWS // 7 - 30
    assert run(path).unchanged == ROWS
    assert benchmark.stats.stats.max < 240
