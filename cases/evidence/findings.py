"""What an examination of a file brings to light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

# Writes the cleaned copy of a file (first argument) into an empty one (second).
Cleaner = Callable[[IO[bytes], IO[bytes]], None]


@dataclass(slots=True)
class Findings:
    """Facts read out of a file. Places are WGS 84 longitude and latitude in degrees; lengths in seconds and metres."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    pages: int | None = None
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    accuracy_m: float | None = None
    remarks: list[str] = field(default_factory=list)
    thumb: bytes = b""  # JPEG
    clean: Cleaner | None = None
    served_extension: str = "jpg"
