"""Refusals of the API alone: about the request as such, before any service is asked.

Apart from :mod:`citygrid.common.api.errors` because DRF loads parsers and filters, which raise these, while that
module is still waiting for DRF.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status


class Malformed(exceptions.APIException):
    """400: the request itself, most often its query string, cannot be understood. ``fields`` names each fault."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "malformed"

    def __init__(self, message: str, *, code: str = "malformed", fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message, code)
        self.fields = dict(fields or {})


class TooLarge(exceptions.APIException):
    """413: the body is larger than the server takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = gettext_lazy("The body is too large. Send less at once.")
