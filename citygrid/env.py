"""Read settings from the environment, and refuse nonsense in a sentence.

A secret may come from a file: ``SECRET_KEY_FILE=/run/secrets/key`` stands for ``SECRET_KEY``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable, or the stripped content of the file that ``NAME_FILE`` names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        if name in os.environ:
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable; anything else is refused."""
    raw = text(name, "1" if default else "0").lower()
    if raw in _YES:
        return True
    if raw in _NO:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is not a yes or no. Use 1 or 0.")


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number between ``low`` and ``high``, both included."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name}={value} is out of range. Use {low} to {high}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def weights(name: str, default: str) -> tuple[int, ...]:
    """Return whole weights, as many as the default has, that total 100."""
    raw = words(name, default)
    if len(raw) != len(default.split(",")) or not all(word.isascii() and word.isdigit() for word in raw):
        raise ImproperlyConfigured(f"{name} must be {len(default.split(','))} whole numbers, such as {default}.")
    found = tuple(int(word) for word in raw)
    if sum(found) != 100:
        raise ImproperlyConfigured(f"{name} totals {sum(found)}. Make the weights total 100.")
    return found


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of ``allowed``."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not known. Use one of: {', '.join(allowed)}.")
    return value


def digits(name: str, default: str, length: int) -> str:
    """Return a code of exactly ``length`` digits, as text: codes may begin with 0."""
    value = text(name, default)
    if not (value.isascii() and value.isdecimal() and len(value) == length):
        raise ImproperlyConfigured(f"{name}={value!r} is not a code of {length} digits, such as {default}.")
    return value


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone that this machine knows."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):  # unknown; no plain name; the folder of a continent
        raise ImproperlyConfigured(f"{name}={value!r} is no known time zone. Use a name such as {default}.") from None
    return value


def address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """Return a URL whose scheme is one of ``schemes``, or the empty default."""
    value = text(name, default)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must start with one of: {', '.join(s + '://' for s in schemes)}.")
    return value


def database(name: str, home: Path) -> dict[str, Any]:
    """Turn a database URL into Django's dictionary; without one, a SpatiaLite file below ``home``.

    ``postgis://user:password@host:port/name?sslmode=require`` (``postgres://`` means the same), or
    ``spatialite:///absolute/path.sqlite3``. A query parameter ``host`` names a socket directory.
    """
    try:
        url = urlsplit(text(name) or f"spatialite:///{home}/citygrid.sqlite3")
        port = str(url.port or "")
    except ValueError:  # whose words may repeat a part of the password
        raise ImproperlyConfigured(
            f"{name} is not an address like postgis://user:password@host:5432/NAME. Write signs such as / or # in a "
            "password as %2F or %23."
        ) from None
    if url.scheme in ("postgis", "postgres", "postgresql"):
        options: dict[str, Any] = dict(parse_qsl(url.query))
        host = options.pop("host", "") or url.hostname or ""
        database_name = unquote(url.path.lstrip("/"))
        if not database_name:
            raise ImproperlyConfigured(f"{name} does not name a database: postgis://user@host/NAME.")
        return {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "NAME": database_name,
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": host,
            "PORT": port,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    if url.scheme == "spatialite":
        return {
            "ENGINE": "citygrid.common.spatialite",
            "NAME": "/" + unquote(url.path.lstrip("/")),
            "OPTIONS": {
                # Without IMMEDIATE, two writers that both began as readers fail instead of waiting.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
            # A file, so that parallel test processes can each open their own copy.
            "TEST": {"NAME": f"{home}/test.sqlite3"},
        }
    raise ImproperlyConfigured(f"{name} must start with postgis:// or spatialite://, not {url.scheme}://.")
