"""The journal to read and to prove; nobody writes here."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.journal.kinds import label_of
from cases.journal.models import SYSTEM, Event, Seal
from cases.journal.verify import Verification
from citygrid.accounts.permissions import Perm
from citygrid.common.perm_admin import ReadOnlyAdmin

VERIFY_AT_MOST = 200_000  # events while somebody waits for the page, half a minute; the command knows no limit
FAULTS_SHOWN = 100
# What facts are about although no table holds it.
WITHOUT_MODEL = {"accounts.unknown": _("unknown login name"), "gridmap.import": _("imported file")}


class SubjectType(admin.SimpleListFilter):
    """By the sort of thing, under the name that its own pages have."""

    title = _("subject type")
    parameter_name = "subject_type"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Return every sort that the journal knows; one whose model is gone keeps its recorded name."""
        types = (
            model_admin.get_queryset(request).order_by("subject_type").values_list("subject_type", flat=True).distinct()
        )
        models = {model._meta.label_lower: str(model._meta.verbose_name) for model in apps.get_models()}
        return [(name, str(WITHOUT_MODEL.get(name) or models.get(name, name))) for name in types]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep what was chosen."""
        return queryset.filter(subject_type=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Everything that happened, newest first."""

    view_perm = Perm.JOURNAL_VIEW
    list_display = ["at", "label", "subject_text", "actor", "sequence", "source_ip"]
    list_display_links = ["at", "label"]
    list_filter = [SubjectType]
    search_fields = ["=kind", "=subject_id", "=actor_text", "=request_id"]
    search_help_text = _("Exact kind, subject key, name of the person, or request id")
    date_hierarchy = "at"
    ordering = ["-id"]

    @admin.display(description=_("kind"), ordering="kind")
    def label(self, event: Event) -> str:
        """What a person calls it."""
        return label_of(event.kind)

    @admin.display(description=_("who"), ordering="actor_text")
    def actor(self, event: Event) -> str:
        """The person, or the system itself."""
        return str(_("the system")) if event.actor_id is None and event.actor_text == SYSTEM else event.actor_text

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Let pages of objects lead to their own events."""
        return lookup in ("subject_id", "actor_id") or super().lookup_allowed(lookup, value, request)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """The daily seals over all chains, and the proof that nothing was altered."""

    view_perm = Perm.JOURNAL_VIEW
    scoped = False
    list_display = ["sealed_at", "up_to", "events", "short_hash"]
    ordering = ["-up_to"]
    change_list_template = "admin/cases/seal/change_list.html"

    def get_urls(self) -> list[Any]:
        """Add the proof."""
        return [path("verify/", self.admin_site.admin_view(self.verify), name="journal_verify"), *super().get_urls()]

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Verify every chain and seal, and show what is wrong. Raises 403 without the right, 405 but for a POST."""
        if not self.holds(request, Perm.JOURNAL_VERIFY):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        context = {**self.admin_site.each_context(request), "title": _("Proof of the journal"), "opts": self.opts}
        if Event.objects.count() > VERIFY_AT_MOST:
            return TemplateResponse(request, "admin/cases/seal/verified.html", context | {"too_many": VERIFY_AT_MOST})
        run = Verification()
        faults = list(islice(run.faults(), FAULTS_SHOWN))
        return TemplateResponse(request, "admin/cases/seal/verified.html", context | {"run": run, "faults": faults})

    @admin.display(description=_("hash"))
    def short_hash(self, seal: Seal) -> str:
        """The beginning is enough to compare by eye."""
        return format_html("<code>{}…</code>", seal.hash[:16])
