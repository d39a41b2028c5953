"""Inputs with which a move on a case could succeed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.cases.walk import photo


def given_for(name: str, other: str, condition: str, user: Any, at: datetime) -> dict[str, Any]:
    """Return what the move takes; ``other`` is the number of another case, ``condition`` a code."""
    found: dict[str, Callable[[], dict[str, Any]]] = {
        "merge": lambda: {"target": other},
        "file": lambda: {"condition": condition},
        "dispatch": lambda: {"department": "CGJ"},
        "redispatch": lambda: {"department": "ZJJ"},
        "assign_handler": lambda: {"handler": "handler"},
        "submit": lambda: {"outcome": "solved", "result": "已清运", "after_photos": [photo(user, at)]},
        "decline": lambda: {"reason": "no_problem", "competent_unit": "无"},
        "comment": lambda: {"text": "批注"},
        "supervise": lambda: {"order": "尽快办理"},
        "answer_supervision": lambda: {"reply": "已办理"},
        "fix_on_spot": lambda: {
            "result": "已清理",
            "before_photos": [photo(user, at)],
            "after_photos": [photo(user, at)],
        },
    }
    return found.get(name, dict)()
