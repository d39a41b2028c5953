"""Talk to the API as a program does: JSON in, JSON out; and a program that knows nothing but what the API says."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.test import APIClient

from tests.cases.walk import photo

ROOT = "/api/v1/"


class Caller:
    """One person's program."""

    def __init__(self, user: Any, language: str = "en") -> None:
        self.user = user
        self.client = APIClient(headers={"accept-language": language})
        self.client.force_authenticate(user)

    def get(self, address: str, status: int = 200, **query: Any) -> Any:
        """Return the answer's JSON; the status must be the one expected."""
        return self._json(self.client.get(ROOT + address, query), status)

    def post(self, address: str, body: Any = None, status: int = 200, key: str = "") -> Any:
        """Send a body, if need be with an ``Idempotency-Key``, and return the answer's JSON."""
        headers = {"Idempotency-Key": key} if key else {}
        sent = json.dumps({} if body is None else body)
        answer = self.client.post(ROOT + address, sent, content_type="application/json", headers=headers)
        return self._json(answer, status)

    def numbers(self, **query: Any) -> list[str]:
        """Return the numbers of the cases that a list shows."""
        return [row["number"] for row in self.get("cases/", **query)["results"]]

    def _json(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:600])
        return answer.json()


class Blind(Caller):
    """Makes moves by reading ``actions`` alone: takes the first choice, the first entry of a list, a fresh photo."""

    preferred: dict[str, Any]

    def __init__(self, user: Any, **preferred: Any) -> None:
        super().__init__(user)
        self.preferred = preferred

    def move(self, address: str, name: str) -> Any:
        """Look at a subject, fill in what the action asks for, and make the move."""
        subject = self.get(address)
        action = next(one for one in subject["actions"] if one["name"] == name)
        assert action["allowed"], action["reason"]
        assert action["label"]
        needed = (item for item in action["inputs"] if item["required"] or item["name"] in self.preferred)
        body = {item["name"]: self._value(item) for item in needed}
        return self.post(f"{address}actions/{name}/", {**body, "version": subject["version"]})

    def _value(self, item: dict[str, Any]) -> Any:
        if item["name"] in self.preferred:
            found = self.preferred[item["name"]]
        elif item.get("proposed"):
            found = item["proposed"][0]
        elif item["type"] == "ref":
            name, _, query = item["ref"].partition("?")
            entries = self.get(f"{name}/?{query}")["results"]
            found = entries[0][item["ref_key"]]
        elif item["type"] == "choice":
            found = item["choices"][0]["value"]
        elif item["type"] == "evidence":
            found = str(photo(self.user).pk)
        elif item["type"] == "point":
            found = {"lon": 120.205, "lat": 27.335}
        else:
            assert item["type"] == "text", item
            found = item["label"]
        return [found] if item.get("many") else found
