"""The administration pages: opened by a right of one's posts, signed in through the common page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.web import signing_in
from citygrid.common.perm_admin import PermAdmin

# How the index groups the pages: by what one wants to look after, not by where the code lives.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Areas and grids"),
        ("gridmap.area", "gridmap.areaversion", "gridmap.grid", "gridmap.responsibilitygrid"),
    ),
    (_("Departments and posts"), ("gridmap.department", "gridmap.post")),
    (_("Components, buildings and places"), ("gridmap.component", "gridmap.building", "gridmap.keyplace")),
    (_("Registers"), ("gridmap.household", "gridmap.person", "gridmap.unit")),
    (_("Categories"), ("cases.categorystandard", "cases.category", "cases.filingcondition", "cases.responsibility")),
    (_("Time limits and calendar"), ("cases.stagelimit", "cases.calendaryear", "cases.timetable")),
    (
        _("Hotline and whistles"),
        (
            "cases.demandtype",
            "cases.ticketcategory",
            "cases.ticketlimit",
            "cases.exclusionreason",
            "cases.whistlekind",
        ),
    ),
    (_("Accounts and access"), ("accounts.user", "accounts.usersession", "accounts.apitoken")),
    (_("Journal"), ("cases.event", "cases.seal")),
    (_("Machinery"), ("common.heartbeat", "common.periodicrun")),
)


class AdminSite(admin.AdminSite):
    """Django's admin site with the product's name and no sign-in page of its own."""

    site_header = site_title = _("CityGrid administration")
    index_title = _("What would you like to look after?")
    final_catch_all_view = False  # an unknown address is a plain 404

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own pages only: those that libraries bring would judge by rights that nobody here holds."""
        if admin_class is not None and issubclass(admin_class, PermAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether a post gives the right to enter."""
        return bool(request.user.is_active and request.user.has_perm("admin.enter"))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the common sign-in page, and people without the right home."""
        if request.user.is_authenticated:
            return redirect("home")
        wanted = request.GET.get("next", reverse("admin:index"))
        return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out as everywhere else: end the session, then the common sign-in page."""
        return signing_in.sign_out(request) if request.method == "POST" else redirect("login")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Have one page for one's password, where all its rules hold."""
        return redirect("password_change")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the pages one may open, grouped as :data:`GROUPS` says."""
        if app_label:
            return super().get_app_list(request, app_label)
        found = {
            model["model"]._meta.label_lower: model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        groups = []
        for number, (name, labels) in enumerate(GROUPS):
            if pages := [found[label] for label in labels if label in found]:
                groups.append(
                    {
                        "name": name,
                        "app_label": f"group{number}",
                        "app_url": "",
                        "has_module_perms": True,
                        "models": pages,
                    }
                )
        return groups
