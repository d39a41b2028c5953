"""People's accounts, their sessions, passwords and API tokens. What a person may do hangs on posts, not on these."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import models as auth_models
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from citygrid.accounts.totp import TotpDevice as TotpDevice  # its model too belongs to this app

# Marks in a browser's User-Agent, the most telling first: Edge and others also call themselves Chrome and Safari.
_BROWSERS = [
    ("WeChat", "MicroMessenger"), ("Edge", "Edg"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
]  # fmt: skip
_SYSTEMS = [
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("macOS", "Mac OS X"), ("Linux", "Linux"),
]  # fmt: skip


class UserManager(BaseUserManager["User"]):
    """Creates accounts; there are no superusers, whose rights would bypass the separated administrators."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create an account. Without a password nobody can sign in to it."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One person's account."""

    username = models.CharField(
        _("login name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This login name is taken. Choose another.")},
    )  # fmt: skip
    display_name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    must_change_password = models.BooleanField(_("must change password"), default=False)
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)
    password_set_at = models.DateTimeField(_("password set at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_staff(self) -> bool:
        """Whether the administration pages open: a right of the person's posts, like every other."""
        return self.has_perm("admin.enter")

    is_superuser = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Ask the backends; posts answer (:class:`gridmap.posts.backend.PostBackend`)."""
        return self.is_active and bool(auth_models._user_has_perm(self, perm, obj))  # type: ignore[attr-defined]

    def has_perms(self, perms: list[str], obj: Any = None) -> bool:
        """Whether every one of ``perms`` is held."""
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the administration shows any page of the app."""
        return self.is_active and bool(auth_models._user_has_module_perms(self, app_label))  # type: ignore[attr-defined]


class OldPassword(models.Model):
    """A hash of a password once used, so that it is not used again (``PASSWORD_HISTORY``)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords", verbose_name=_("account"))
    password = models.CharField(_("password hash"), max_length=128)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("old password")
        verbose_name_plural = _("old passwords")

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class UserSession(models.Model):
    """One signed-in browser of one person, so that it can be listed and ended."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", verbose_name=_("account"))
    session_key = models.CharField(_("session key"), max_length=40, unique=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("signed in at"))
    seen_at = models.DateTimeField(_("last seen at"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def browser(self) -> str:
        """The browser and system as far as the header names them; it is a hint, and may be made up."""
        names = [name for name, mark in _BROWSERS if mark in self.user_agent][:1]
        names += [name for name, mark in _SYSTEMS if mark in self.user_agent][:1]
        return " · ".join(names) or self.user_agent[:60] or "?"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads of tokens."""

    def alive(self, at: datetime) -> ApiTokenQuerySet:
        """Neither expired nor revoked at that time, and of an account that may sign in."""
        found = self.filter(expires_at__gt=at, revoked_at=None, user__is_active=True)
        return found if settings.DEMO else found.filter(user__is_demo=False)


class ApiToken(models.Model):
    """A key for programs. Only its SHA-256 is stored: 256 random bits need no slow hash."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    prefix = models.CharField(_("first characters"), max_length=12)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects: ClassVar[Any] = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_token_expires_after_created")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @staticmethod
    def new_secret() -> str:
        """Return a fresh secret, shown once."""
        return "cg_" + secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return what is stored of ``secret``."""
        return hashlib.sha256(secret.encode()).hexdigest()
