"""Uploads no larger than any file may be: cut off while they are read, not after."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, load_handler

from cases.evidence.limits import most_bytes_of_any
from cases.evidence.refusals import too_large

_REST_OF_FORM = 64 * 1024  # bytes that the other fields and the boundaries may take


class LimitHandler(FileUploadHandler):
    """Passes the bytes on to the next handler until there are too many of them."""

    seen = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Refuse by the announced length. Raises ``TooLarge``."""
        if content_length > most_bytes_of_any() + _REST_OF_FORM:
            raise too_large(most_bytes_of_any())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Refuse by the bytes that really come. Raises ``TooLarge``."""
        self.seen += len(raw_data)
        if self.seen > most_bytes_of_any():
            raise too_large(most_bytes_of_any())
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


def upload_handlers(request: Any) -> list[FileUploadHandler]:
    """Return the limit and, behind it, the handlers of the settings."""
    return [LimitHandler(request), *(load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS)]
