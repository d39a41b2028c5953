"""Codes in addresses: what may stand in ``/areas/{code}/``."""

from __future__ import annotations

from django.urls import register_converter


class CodeConverter:
    """A code as areas, departments and categories have them; never a slash, never a control character."""

    regex = r"[^/\x00-\x1f\x7f]{1,40}"

    def to_python(self, value: str) -> str:
        """Return the code as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return the code as it stands."""
        return value


register_converter(CodeConverter, "code")
