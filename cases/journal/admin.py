"""The journal to read and to prove; nobody writes here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.journal.models import Event, Seal
from citygrid.accounts.permissions import Perm
from citygrid.common.perm_admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Everything that happened, newest first."""

    view_perm = Perm.JOURNAL_VIEW
    scoped = False
    list_display = ["at", "kind", "subject_text", "actor_text", "sequence", "source_ip"]
    list_display_links = ["at", "kind"]
    list_filter = ["subject_type"]
    search_fields = ["=kind", "=subject_id", "=actor_text", "=request_id"]
    search_help_text = _("Exact kind, subject key, name of the person, or request id")
    date_hierarchy = "at"
    ordering = ["-id"]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Let pages of objects lead to their own events."""
        return lookup in ("subject_id", "actor_id") or super().lookup_allowed(lookup, value, request)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """The daily seals over all chains."""

    view_perm = Perm.JOURNAL_VIEW
    scoped = False
    list_display = ["sealed_at", "up_to", "events", "short_hash"]
    ordering = ["-up_to"]

    @admin.display(description=_("hash"))
    def short_hash(self, seal: Seal) -> str:
        """The beginning is enough to compare by eye."""
        return format_html("<code>{}…</code>", seal.hash[:16])
