"""The base of every administration page: rights by name, scope by ``visible_to``, writes by services, facts kept.

Django's own model permissions, its log and its deletions play no part. A right is one of
:class:`citygrid.accounts.permissions.Perm`, held by a post; what happened stands in the journal; things with a history
are retired or closed by an action.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citygrid.common import clock, facts
from citygrid.common.crypto import EncryptedTextField
from citygrid.common.errors import Invalid, NotAllowed, Refusal


class PermAdmin(admin.ModelAdmin):
    """Pages of one model. Subclasses name the rights and override :meth:`write` to call their service."""

    view_perm = ""  # opens the list and the single page
    change_perm = ""  # allows changes there; empty: nobody changes anything here
    add_perm: str | None = None  # allows adding; None: the same right as for changes
    scoped = True  # the default manager knows visible_to()
    untold: tuple[str, ...] = ()  # columns whose values do not belong in the journal, because they name people
    secret: tuple[str, ...] = ()  # columns with which no address may compare: they could be guessed sign by sign
    list_per_page = 50
    show_full_result_count = False  # a second count of the whole table, which nobody reads

    # --- who may --------------------------------------------------------------------------------------------------
    def holds(self, request: HttpRequest, perm: str, thing: Any = None) -> bool:
        """Whether the person has the right (at ``thing``); each question is asked once per request."""
        known: dict[Any, bool] = request.__dict__.setdefault("rights_asked", {})
        key = (perm, thing and (thing._meta.label, thing.pk))
        if thing is not None and thing.pk is None:
            return request.user.has_perm(perm, thing)
        if key not in known:
            known[key] = bool(perm) and request.user.has_perm(perm, thing)
        return known[key]

    def place_of(self, obj: Any) -> Any:
        """Return the thing by whose area a change is judged, or None where the right alone decides."""
        return obj if self.scoped else None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The index shows what one may see."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the right alone: the queryset has already left out what lies elsewhere."""
        return self.holds(request, self.view_perm)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the right, at the place of the object."""
        place = self.place_of(obj) if obj is not None else None
        return self.holds(request, self.change_perm) and (place is None or self.holds(request, self.change_perm, place))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the right; the place is judged when it is known."""
        return self.holds(request, self.change_perm if self.add_perm is None else self.add_perm)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: history would lose what it speaks of."""
        return False

    # --- what is seen ---------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Only what the person may see."""
        found: Any = super().get_queryset(request)
        return found.visible_to(request.user) if self.scoped else found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave encrypted columns out where the page would only show them."""
        names = super().get_fields(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return names
        hidden = {field.name for field in self.opts.concrete_fields if isinstance(field, EncryptedTextField)}
        return [name for name in names if name not in hidden]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer, and accept, only what the person may see of the other model."""
        if request is not None and "queryset" not in kwargs:
            manager = db_field.remote_field.model._default_manager
            if hasattr(manager, "visible_to"):
                kwargs["queryset"] = manager.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Refuse filters in the address by secret columns; Django would take any column of the model."""
        return lookup.partition("__")[0] not in self.secret and super().lookup_allowed(lookup, value, request)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(_("There is nothing here, or it is not yours to see."))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Lead those who may read the journal to the object's events there."""
        try:
            journal = reverse("admin:cases_event_changelist")
        except NoReverseMatch:
            raise Http404 from None
        if self.get_object(request, object_id) is None:
            raise Http404
        if not self.holds(request, "journal.view"):
            raise PermissionDenied
        return redirect(f"{journal}?{urlencode({'subject_type': self.opts.label_lower, 'subject_id': object_id})}")

    # --- what is written ------------------------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show or save. A refusal rolls everything back and comes again as the form with what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.__dict__["refusal"] = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; after a refusal one that carries it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = request.__dict__.get("refusal")
        return type(form.__name__, (_Refused, form), {"refusal": refusal}) if refusal else form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand over to :meth:`write`, unless nothing was changed."""
        if change and not form.changed_data:
            return
        stored = self.model._default_manager.get(pk=obj.pk) if change else None
        for thing in (obj, stored):
            place = self.place_of(thing) if thing is not None else None
            if place is not None and not request.user.has_perm(self.change_perm, place):
                raise NotAllowed(_("That place lies outside the areas in which you may do this. Choose one of yours."))
        with transaction.atomic():
            kept = self.write(obj, stored=stored, form=form, by=request.user, at=clock.now())
        obj.__dict__.update(kept.__dict__)

    def write(self, obj: Any, *, stored: Any, form: Any, by: Any, at: datetime) -> Any:
        """Store ``obj`` and record the fact; return what was stored. ``stored`` is the row as it was, or None."""
        obj.save()
        noun = re.sub(r"(?<!^)(?=[A-Z])", "_", self.model.__name__).lower()  # KeyPlace → key_place
        kind = f"{noun}.{'changed' if stored else 'added'}"
        facts.record(kind, obj, at=at, by=by, **difference(stored, obj, form.changed_data, self.untold))
        return obj

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Keep no second log: the journal has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Keep no second log: the journal has it."""

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        """Go to the page of what was added: its state and actions are there."""
        if IS_POPUP_VAR in request.POST or not self.has_view_permission(request):
            return super().response_post_save_add(request, obj)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", obj.pk)


class ReadOnlyAdmin(PermAdmin):
    """Pages on which nobody writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class _Refused(forms.ModelForm):
    """A form whose input a service has refused."""

    refusal: Refusal

    def clean(self) -> Any:
        """Add the refusal's sentence, and the fields' own where they are on the form."""
        data = super().clean()
        told = False
        for name, faults in (self.refusal.fields if isinstance(self.refusal, Invalid) else {}).items():
            known = name in self.fields
            self.add_error(name if known else None, list(faults))
            told = told or not known
        if not told:
            self.add_error(None, str(self.refusal))
        return data


def difference(stored: Any, obj: Any, names: list[str], untold: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return ``{"before": …, "after": …}`` of the columns ``names``; of encrypted ones and shapes no values."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    columns = {field.name: field for field in obj._meta.concrete_fields}
    for name in names:
        if (field := columns.get(name)) is None:
            continue
        if stored is not None and getattr(stored, name) == getattr(obj, name):
            continue
        hidden = isinstance(field, EncryptedTextField) or hasattr(field, "geom_type") or name in untold
        for row, told in ((stored, before), (obj, after)):
            if row is not None:
                told[name] = "…" if hidden else _plain(getattr(row, name))
    return {"before": before, "after": after} if stored is not None else {"after": after}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
