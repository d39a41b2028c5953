"""Administration of posts: given, ended and handed over by the services; a post itself is never rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.perm_admin import PermAdmin
from gridmap.areas.admin import InForce
from gridmap.posts import services
from gridmap.posts.models import Post
from gridmap.posts.people import people_visible_to


class PostInForce(InForce):
    """Held now, or over."""

    ends = "ends_at"


class PostForm(forms.ModelForm):
    """What a new post needs. It begins now unless another time is given."""

    class Meta:
        model = Post
        fields = ["user", "role", "area", "department", "starts_at", "ends_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("starts_at"):  # a page that only shows has no fields
            field.required = False
            field.help_text = _("Empty: from now on.")

    def clean_starts_at(self) -> datetime:
        """Begin now where nothing is said."""
        return self.cleaned_data["starts_at"] or clock.now()


class SuccessorForm(forms.Form):
    """Who takes over."""

    successor = forms.ModelChoiceField(label=_("successor"), queryset=User.objects.none())
    close = forms.BooleanField(label=_("close the leaver's account"), required=False, initial=True)


@admin.register(Post)
class PostAdmin(PermAdmin):
    """Who holds which role, where, from when to when."""

    view_perm, add_perm = Perm.ACCOUNT_VIEW, Perm.POST_MANAGE
    form = PostForm
    list_display = ["user", "role", "area", "department", "starts_at", "ends_at", "in_force"]
    list_filter = ["role", PostInForce]
    list_select_related = ["user", "area", "department"]
    search_fields = ["user__username", "user__display_name", "area__name", "^area__code", "department__name"]
    autocomplete_fields = ["user", "area", "department"]
    ordering = ["-starts_at", "-pk"]
    actions = ["end", "hand_over"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody rewrites a post: it is ended, and another is given."""
        return False

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered; the services judge the place."""
        return self.holds(request, Perm.POST_MANAGE)

    def place_of(self, obj: Post) -> Any:
        """The service judges, and says it better."""
        return None

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, post: Post) -> bool:
        """Whether it is held now."""
        now = clock.now()
        return post.starts_at <= now and (post.ends_at is None or post.ends_at > now)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        """Offer the people one may see."""
        if db_field.name == "user" and request is not None:
            kwargs["queryset"] = people_visible_to(request.user, clock.now())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, obj: Post, *, stored: Any, form: Any, by: Any, at: datetime) -> Post:
        """Give the post."""
        return services.grant_post(
            user=obj.user, role=obj.role, area=obj.area, department=obj.department,
            starts_at=max(obj.starts_at, at) if "starts_at" not in form.changed_data else obj.starts_at,
            until=obj.ends_at, at=at, by=by,
        )  # fmt: skip

    @admin.action(description=_("End the chosen posts"), permissions=["manage"])
    def end(self, request: HttpRequest, queryset: Any) -> Any:
        """End posts now."""
        return ask_then_do(
            self, request, queryset, name="end", question=_("End these posts now?"),
            do=lambda post: services.end_post(post=post, at=clock.now(), by=request.user),
        )  # fmt: skip

    @admin.action(description=_("Hand over everything of these people"), permissions=["manage"])
    def hand_over(self, request: HttpRequest, queryset: Any) -> Any:
        """Give all posts of the leaver to a successor."""

        class Form(SuccessorForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                field: Any = self.fields["successor"]
                field.queryset = people_visible_to(request.user, clock.now()).filter(is_active=True)
                field.widget = AutocompleteSelect(Post._meta.get_field("user"), admin.site, choices=field.choices)

        leavers = User.objects.filter(pk__in=queryset.values("user"))
        return ask_then_do(
            self, request, leavers, name="hand_over", form_class=Form, chosen=queryset,
            question=_("Hand over all posts of these people to the successor?"),
            do=lambda leaver, successor, close: services.hand_over(
                leaver=leaver, successor=successor, close=close, at=clock.now(), by=request.user
            ),
        )  # fmt: skip
