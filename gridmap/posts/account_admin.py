"""Administration of accounts, sessions and tokens.

Above the accounts app, because posts decide who may see an account. System administrators open and close accounts;
security administrators end sessions, revoke tokens, lift locks and reset second factors.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.accounts import secondfactor, sessions, signin, tokens
from citygrid.accounts import services as accounts
from citygrid.accounts.authority import require_over
from citygrid.accounts.models import ApiToken, User, UserSession
from citygrid.accounts.permissions import Perm
from citygrid.accounts.totp import TotpDevice
from citygrid.common import clock
from citygrid.common.admin_actions import ask_then_do
from citygrid.common.perm_admin import PermAdmin, ReadOnlyAdmin
from gridmap.posts import services as posts
from gridmap.posts.people import people_visible_to


class AccountForm(forms.ModelForm):
    """What an administrator may write of an account."""

    class Meta:
        model = User
        fields = ["username", "display_name", "mobile", "email"]


@admin.register(User)
class UserAdmin(PermAdmin):
    """People's accounts. Closing ends the person's posts; nothing is deleted."""

    view_perm, change_perm = Perm.ACCOUNT_VIEW, Perm.ACCOUNT_MANAGE
    secret = ("password",)
    form = AccountForm
    list_display = ["username", "display_name", "is_active", "must_change_password", "second_factor", "last_login"]
    list_display_links = ["username", "display_name"]
    list_filter = ["is_active", "must_change_password"]
    search_fields = ["username", "display_name", "=mobile"]
    ordering = ["username"]
    actions = ["first_password", "close", "reopen", "end_sessions", "revoke_tokens", "lift_lock", "reset_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """The people one may see."""
        ordering = self.get_ordering(request)
        enrolled = TotpDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return people_visible_to(request.user, clock.now()).annotate(enrolled=Exists(enrolled)).order_by(*ordering)

    def place_of(self, obj: User) -> Any:
        """Judge wherever the person has a post; a new account has none yet."""
        return obj if obj.pk else None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A login name is for life."""
        return ["username"] if obj else []

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the actions upon accounts are offered."""
        return self.holds(request, Perm.ACCOUNT_MANAGE)

    def has_session_permission(self, request: HttpRequest) -> bool:
        """Whether the actions upon sessions, tokens and locks are offered."""
        return self.holds(request, Perm.SESSION_END)

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        """Whether signing in asks for a code."""
        return bool(getattr(user, "enrolled", False))

    def write(self, obj: User, *, stored: Any, form: Any, by: Any, at: datetime) -> User:
        """Open or change by the services."""
        fields = {name: getattr(obj, name) for name in ("display_name", "mobile", "email")}
        if stored is None:
            return accounts.open_account(username=obj.username, at=at, by=by, **fields)
        accounts.change_account(user=stored, at=at, by=by, **fields)
        return stored

    @admin.action(description=gettext_lazy("Set a first password"), permissions=["manage"])
    def first_password(self, request: HttpRequest, queryset: Any) -> Any:
        """Make up passwords and show them once, to be handed over."""
        made: list[tuple[User, str]] = []

        def do(user: User) -> None:
            made.append((user, accounts.set_first_password(user=user, at=clock.now(), by=request.user)))

        answer = ask_then_do(
            self, request, queryset, name="first_password", do=do,
            question=_("Set a new first password for these people? Their sessions and tokens end."),
        )  # fmt: skip
        if not made:
            return answer
        # In this answer alone: a message would travel in a cookie, and browsers and proxies keep those.
        title = _("First passwords")
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "made": made}
        return TemplateResponse(request, "admin/first_passwords.html", context)

    @admin.action(description=gettext_lazy("Close the chosen accounts"), permissions=["manage"])
    def close(self, request: HttpRequest, queryset: Any) -> Any:
        """Close accounts and end the posts with them."""
        return ask_then_do(
            self, request, queryset, name="close",
            question=_("Close these accounts? Their posts, sessions and tokens end; the history stays."),
            do=lambda user: posts.close_person(user=user, at=clock.now(), by=request.user),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Reopen the chosen accounts"), permissions=["manage"])
    def reopen(self, request: HttpRequest, queryset: Any) -> Any:
        """Let people sign in again."""
        return ask_then_do(
            self, request, queryset, name="reopen",
            question=_("Reopen these accounts? Posts that were ended stay ended."),
            do=lambda user: accounts.reopen_account(user=user, at=clock.now(), by=request.user),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("End all sessions"), permissions=["session"])
    def end_sessions(self, request: HttpRequest, queryset: Any) -> Any:
        """Sign people out everywhere."""

        def do(user: User) -> None:
            require_over(request.user, Perm.SESSION_END, user)
            sessions.end_all(user=user, at=clock.now(), by=request.user)

        return ask_then_do(
            self, request, queryset, name="end_sessions", do=do, question=_("Sign these people out everywhere?")
        )

    @admin.action(description=gettext_lazy("Revoke all API tokens"), permissions=["session"])
    def revoke_tokens(self, request: HttpRequest, queryset: Any) -> Any:
        """Make the programs of people sign in again."""

        def do(user: User) -> None:
            require_over(request.user, Perm.SESSION_END, user)
            tokens.revoke_all(user=user, at=clock.now(), by=request.user)

        return ask_then_do(
            self, request, queryset, name="revoke_tokens", do=do, question=_("Revoke all API tokens of these people?")
        )

    @admin.action(description=gettext_lazy("Lift the sign-in lock"), permissions=["session"])
    def lift_lock(self, request: HttpRequest, queryset: Any) -> Any:
        """Let people try again after too many failed sign-ins."""
        return ask_then_do(
            self, request, queryset, name="lift_lock",
            do=lambda user: signin.lift_lock(user=user, at=clock.now(), by=request.user),
            question=_("Let these people try to sign in again at once?"),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Reset the second factor"), permissions=["session"])
    def reset_factor(self, request: HttpRequest, queryset: Any) -> Any:
        """For people who lost phone and recovery codes."""
        return ask_then_do(
            self, request, queryset, name="reset_factor",
            question=_("Remove the second factor of these people? They set up a new one when they sign in."),
            do=lambda user: secondfactor.reset(user=user, at=clock.now(), by=request.user),
        )  # fmt: skip


class OfVisiblePeople(ReadOnlyAdmin):
    """Rows that belong to an account."""

    view_perm = Perm.SESSION_END
    scoped = False
    list_select_related = ["user"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those of people one may see."""
        return super().get_queryset(request).filter(user__in=people_visible_to(request.user, clock.now()).values("pk"))

    def has_session_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return self.holds(request, Perm.SESSION_END)


@admin.register(UserSession)
class UserSessionAdmin(OfVisiblePeople):
    """Signed-in browsers."""

    secret = ("session_key",)
    list_display = ["user", "ip", "user_agent", "started_at", "seen_at"]
    search_fields = ["user__username", "user__display_name", "=ip"]
    ordering = ["-seen_at"]
    fields = ["user", "ip", "user_agent", "started_at", "seen_at"]
    actions = ["end"]

    @admin.action(description=gettext_lazy("End the chosen sessions"), permissions=["session"])
    def end(self, request: HttpRequest, queryset: Any) -> Any:
        """Sign browsers out."""
        return ask_then_do(
            self, request, queryset, name="end", question=_("End these sessions now?"),
            do=lambda session: sessions.end(session=session, at=clock.now(), by=request.user),
        )  # fmt: skip


@admin.register(ApiToken)
class ApiTokenAdmin(OfVisiblePeople):
    """Keys for programs; their secrets are known to nobody. Revoked on the page of accounts."""

    secret = ("digest",)
    list_display = ["prefix", "user", "name", "created_at", "expires_at", "used_at", "revoked_at"]
    search_fields = ["^prefix", "user__username", "name"]
    ordering = ["-created_at"]
    fields = ["user", "name", "prefix", "created_at", "expires_at", "used_at", "revoked_at"]
