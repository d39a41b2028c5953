"""Asking for the pages about cases without a browser."""

from __future__ import annotations

from typing import Any

from tests.web.test_areas import signed_in

EN = {"accept-language": "en"}


def see(user: Any, path: str, **query: Any) -> str:
    """Return a page's text."""
    answer = signed_in(user).get(path, query, headers=EN)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(user: Any, path: str, **data: Any) -> Any:
    """Return the answer to a form."""
    return signed_in(user).post(path, data, headers=EN)
