"""The requests of each measure: what eight programs ask for at once."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.http.client import Client, Failed, Steps
from tests.benchmarks.http.prepared import WORKERS, Ground

PAGE = 50
# Filters that the centre's people use every day.
FILTERS = {
    "acceptor": [
        "state=reported", "state=closed&area=350982900", "category=CJ214-E9007", "state=closed&source=grid_worker",
    ],
    "leader": ["state=accepted&state=pending_close", "department=BM07", "state=closed&department=BM11"],
    "dispatcher": ["state=dispatched&state=handling", "department=CGJ&state=handling", "reported_after={lately}"],
    "manager": ["state=closed", "area=350982003", "lamp=red", "state=handling&category=CJ214-E9011"],
}  # fmt: skip


def _api(query: str = "") -> str:
    return f"/api/v1/cases/?page_size={PAGE}&{query}"


def creating(ground: Ground, port: int, share: int) -> Steps:
    """Report a case with a photo that was uploaded before."""
    who = WORKERS[share]
    client, photos = Client(port, ground.tokens[who]), iter(ground.photos[share])
    west, south = ground.corners[who]
    dice = random.Random(share)

    def steps() -> Iterator[None]:
        for number, photo in enumerate(photos):
            client.post("/api/v1/cases/", {
                "category": ground.categories[number % len(ground.categories)],
                "description": f"路边有暴露垃圾第{number}处",
                "lon": west + dice.uniform(0.001, 0.009), "lat": south + dice.uniform(0.001, 0.009),
                "photos": [photo], "client_request_id": f"{who}-{photo}",
            })  # fmt: skip
            yield

    return steps


def moving(ground: Ground, port: int, share: int) -> Steps:
    """Carry reported cases on, one move a step, from accepting to passing the feedback."""
    names = ("acceptor", "leader", "dispatcher", "clerk", "handler")
    clients, cases = {who: Client(port, ground.tokens[who]) for who in names}, iter(ground.reported[share])

    def steps() -> Iterator[None]:
        for case in cases:
            version = 1
            for who, name, given in (
                ("acceptor", "accept", {}),
                ("leader", "file", {"condition": case.condition}),
                ("dispatcher", "dispatch", {"department": "CGJ"}),
                ("clerk", "sign", {}),
                ("clerk", "assign_handler", {"handler": "handler"}),
                ("handler", "submit", {"outcome": "solved", "result": "已清运", "after_photos": [case.photo]}),
                ("clerk", "confirm", {}),
                ("dispatcher", "pass_feedback", {}),
            ):
                answer = clients[who].post(
                    f"/api/v1/cases/{case.number}/actions/{name}/", {**given, "version": version}
                )
                version = json.loads(answer)["version"]
                yield

    return steps


def looking(ground: Ground, port: int, who: str) -> Steps:
    """Look at one case after the other, any of the city's."""
    client, dice = Client(port, ground.tokens[who]), random.Random(who)

    def steps() -> Iterator[None]:
        while True:
            client.get(f"/api/v1/cases/{dice.choice(ground.numbers)}/")
            yield

    return steps


def listing(ground: Ground, port: int, who: str) -> Steps:
    """Ask for lists narrowed in different ways, fifty cases each."""
    client = Client(port, ground.tokens[who])
    return _round(client, [_api(query.format(lately=ground.lately)) for query in FILTERS[who]])


def waiting(ground: Ground, port: int, who: str) -> Steps:
    """Ask for what waits for the person, the most urgent first."""
    return _round(Client(port, ground.tokens[who]), [_api("mine=1&ordering=due_at")])


def searching(ground: Ground, port: int, who: str) -> Steps:
    """Search for words."""
    words = ("%E6%B2%99%E6%BB%A8%E8%B7%AF12%E5%8F%B7", "%E4%BA%95%E7%9B%96%E7%A0%B4%E6%8D%9F", "FD20261")
    return _round(Client(port, ground.tokens[who]), [_api(f"q={word}") for word in words])


def paging(ground: Ground, port: int, who: str, address: str) -> Steps:
    """Ask for one page of a list again and again."""
    return _round(Client(port, ground.tokens[who]), [address])


def address_of_page(ground: Ground, port: int, who: str, page: int, query: str = "") -> str:
    """Return the address of a page far down, found by following ``next``; the first one is page 1."""
    client = Client(port, ground.tokens[who])
    address, skipped = f"/api/v1/cases/?page_size=200&{query}", 0
    while skipped < page - 1:
        if page - 1 - skipped < 4:
            address = address.replace("page_size=200", f"page_size={PAGE}")
        following = json.loads(client.get(address))["next"]
        if following is None:
            raise Failed(f"there are only {skipped} pages")
        parts = urlsplit(following)
        address, skipped = f"{parts.path}?{parts.query}", skipped + (4 if "page_size=200" in address else 1)
    return address.replace("page_size=200", f"page_size={PAGE}")


def _round(client: Client, addresses: list[str]) -> Steps:
    def steps() -> Iterator[None]:
        for address in itertools.cycle(addresses):
            body: Any = client.get(address)
            if b'"results":[' not in body:
                raise Failed(f"{address}: this is no list")
            yield

    return steps
