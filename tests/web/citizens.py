"""A citizen who follows the own matter on the public page, without login and scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from citygrid.common import clock
from tests.cases.ticket_walk import PHONE, TicketWalk

TAIL = PHONE[-4:]


class Citizen:
    """Somebody's browser, without login and scripts."""

    def __init__(self, language: str = "en", source: str = "203.0.113.7") -> None:
        self.client = Client(headers={"accept-language": language}, REMOTE_ADDR=source)

    def ask(self, number: str, phone: str = TAIL, status: int = 302) -> Any:
        answer = self.client.post("/track/", {"number": number, "phone": phone})
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:500])
        return answer

    def read(self, status: int = 200) -> str:
        answer = self.client.get("/track/progress/")
        assert answer.status_code == status
        return str(answer.content.decode())

    def give_phone(self, phone: str = PHONE, status: int = 302) -> Any:
        answer = self.client.post("/track/progress/phone/", {"phone": phone})
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[-900:])
        return answer

    def again(self, reason: str = "垃圾还在", status: int = 302) -> Any:
        answer = self.client.post("/track/progress/again/", {"reason": reason})
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[-900:])
        return answer


def recent(people: Any, **given: Any) -> TicketWalk:
    """Return a ticket of three hours ago."""
    return TicketWalk(people, at=clock.now() - timedelta(hours=3), **given)


def bare(page: str) -> str:
    """Return a page without what differs each time: marks against forged requests, nonces, the link to answer."""
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=|href=(?="/c/))"[^"]*"', r"\1", page)
