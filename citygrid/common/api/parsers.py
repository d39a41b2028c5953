"""Bodies no larger than the settings allow. DRF's own JSON parser reads without a limit."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from citygrid.common.api.refusals import TooLarge


class LimitedJSONParser(JSONParser):
    """JSON of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the parsed body. Raises ``TooLarge`` before reading more than is allowed, ``ParseError``."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if most is None:
            return super().parse(stream, media_type, parser_context)
        text = stream.read(most + 1)
        if len(text) > most:
            raise TooLarge
        try:
            return super().parse(io.BytesIO(text), media_type, parser_context)
        except RecursionError as fault:  # brackets in brackets, thousands deep
            raise ParseError from fault
