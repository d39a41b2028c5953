"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from citygrid.accounts.api.tokens import TokenDetailView, TokenListView, TokenView

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", TokenView.as_view(), name="api_token"),
    path("auth/tokens/", TokenListView.as_view(), name="api_tokens"),
    path("auth/tokens/<int:pk>/", TokenDetailView.as_view(), name="api_token_detail"),
]
