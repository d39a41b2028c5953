"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the product-wide facts for the page frame."""
    return {"map_review_number": settings.MAP_REVIEW_NUMBER, "demo": settings.DEMO}
