"""The one password of all demo accounts, and the table of logins that the demo prints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from citygrid.accounts import passwords
from citygrid.accounts.models import User
from citygrid.common import facts
from gridmap.demo.fixtures import DEMO, rows
from gridmap.posts.models import Post

VARIABLE = "CITYGRID_DEMO_PASSWORD"


def password_file() -> Path:
    """Return where the password in effect is kept, readable by its owner alone."""
    return Path(settings.HOME) / "demo-password"


def kept_password() -> str:
    """Return the password that the demo accounts have, or nothing before the first time."""
    try:
        return password_file().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def wanted_password() -> str:
    """Return the password that the accounts shall have: from the environment, else as before, else made up."""
    return os.environ.get(VARIABLE, "").strip() or kept_password() or passwords.make()


def in_effect(password: str) -> bool:
    """Whether the demo accounts of this database have that password; the file may be older than the database."""
    if password != kept_password():
        return False
    hashes = Counter(User.objects.filter(is_demo=True).values_list("password", flat=True))
    return bool(hashes) and check_password(password, hashes.most_common(1)[0][0])


def weaknesses(password: str) -> list[str]:
    """Return what the password rules say against it."""
    try:
        validate_password(password)
    except ValidationError as error:
        return error.messages
    return []


def set_password(*, password: str, at: datetime) -> None:
    """Give every demo account the password, open and with nothing to be changed first; keep it when all is committed.

    It is hashed once for all: forty slow hashes would take half a minute, and there is only the one secret.
    """
    accounts = User.objects.filter(is_demo=True)
    accounts.update(password=make_password(password), password_set_at=at, must_change_password=False, is_active=True)
    for user in accounts.order_by("pk"):
        facts.record("account.demo_password_set", user, at=at)
    transaction.on_commit(lambda: _keep(password))


def _keep(password: str) -> None:
    path = password_file()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(password + "\n")


def table() -> Iterator[tuple[str, str, str]]:
    """Yield login, name and posts in words, in the order of the cast."""
    order = {row["login"]: number for number, row in enumerate(rows(DEMO / "people.csv"))}
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.filter(user__is_demo=True, ends_at=None).select_related("area__parent", "department"):
        posts.setdefault(post.user_id, []).append(post)
    users = sorted(User.objects.filter(is_demo=True), key=lambda user: order.get(user.username, len(order)))
    for user in users:
        yield user.username, user.display_name, in_words(posts.get(user.pk, []))


def in_words(posts: list[Post]) -> str:
    """Return ``网格员 grid worker · 石亭社区 一网格, 二网格`` for the posts of one person."""
    found: dict[tuple[str, str], list[str]] = {}
    for post in sorted(posts, key=lambda post: post.area.code if post.area else ""):
        area = post.area
        within = area.parent.name if area and area.level == "grid" and area.parent else ""
        place = area.name if area else post.department.name if post.department else ""
        found.setdefault((_both(post.get_role_display), within), []).append(place)
    return "; ".join(
        f"{role} · {within} {', '.join(places)}" if within else f"{role} · {', '.join(places)}"
        for (role, within), places in found.items()
    )


def _both(label: Callable[[], object]) -> str:
    """Return a label in both languages, as whoever tries the demo may read only one."""
    texts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            texts.append(str(label()))
    return " ".join(dict.fromkeys(texts))
