"""What waits for a person, from rooms above the one that draws the first page: they put themselves in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Waiting:
    """One room's part of the first page: how much waits, the template that shows it, and what that template needs."""

    count: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    styles: tuple[str, ...] = ()  # paths below static/
    modules: tuple[str, ...] = ()


Provider = Callable[[HttpRequest], Waiting | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask ``provider`` on every first page. Called once, when Django is ready."""
    if provider not in _providers:
        _providers.append(provider)


def waiting_for(request: HttpRequest) -> list[Waiting]:
    """Return what waits for the person of the request, in the order of registration."""
    return [found for provider in _providers if (found := provider(request)) is not None]
