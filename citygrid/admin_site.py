"""The administration pages: opened by a right of one's posts, signed in through the common page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    """Django's admin site with the product's name and no sign-in page of its own."""

    site_header = site_title = _("CityGrid administration")
    index_title = _("What would you like to look after?")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether a post gives the right to enter."""
        return bool(request.user.is_active and request.user.has_perm("admin.enter"))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the common sign-in page, and people without the right home."""
        if request.user.is_authenticated:
            return redirect("home")
        return redirect(f"/login/?next={request.path}")
