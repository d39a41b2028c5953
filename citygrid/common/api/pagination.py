"""Cursor pages: ``?cursor=&page_size=`` → ``{next, previous, results, count?}``."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPages(CursorPagination):
    """Pages whose cost does not grow with their number. ``?count=1`` asks for the total, which may be slow."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "pk"
    count: int | None = None

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return one page, noting the total where it was asked for."""
        if request.query_params.get("count") == "1":
            self.count = queryset.count()
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with its neighbours."""
        answer: dict[str, Any] = {"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data}
        if self.count is not None:
            answer["count"] = self.count
        return Response(answer)
