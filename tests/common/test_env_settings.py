"""Production is the default posture: what settings demand, refuse and promise. Every variable is documented."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "production-" + "0123456789abcdef" * 4
READERS = {"text", "flag", "number", "words", "choice", "address", "database", "digits", "time_zone", "weights"}


def read(tmp_path, monkeypatch, **variables):
    """Evaluate the settings file in an environment that holds nothing but ``variables``."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME", "LANG"):
            monkeypatch.delenv(name)
    for name, value in {"CITYGRID_HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "citygrid" / "settings.py"))


@pytest.fixture
def production(tmp_path, monkeypatch):
    """Evaluate the settings as production does, with the two things it demands."""
    return lambda **more: read(tmp_path, monkeypatch, **{"SECRET_KEY": KEY, "ALLOWED_HOSTS": "city.example", **more})


def test_without_a_word_a_secret_key_is_demanded(tmp_path, monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY or SECRET_KEY_FILE"):
        read(tmp_path, monkeypatch)


def test_hosts_are_demanded(tmp_path, monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="Set ALLOWED_HOSTS"):
        read(tmp_path, monkeypatch, SECRET_KEY=KEY)


@pytest.mark.parametrize("key", ["k" * 49, "ab" * 40, "short"])
def test_a_short_or_simple_secret_key_is_refused(production, key):
    with pytest.raises(ImproperlyConfigured, match="too short or too simple"):
        production(SECRET_KEY=key)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"), ("BEHIND_PROXY", "-1"), ("LOGIN_FAILURE_LIMIT", "0"), ("LOG_LEVEL", "LOUD"),
        ("REDIS_URL", "http://cache"), ("DATABASE_URL", "postgis://db.example"), ("MAIL_PORT", "smtp"),
        ("DATABASE_URL", "postgis://db.example:port/city"), ("TIME_ZONE", "Asia/Fuding"), ("CITY_CODE", "福鼎"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_the_variables_name(production, name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        production(**{name: value})


def test_production_is_strict_by_itself(production):
    found = production()
    assert found["DEBUG"] is found["DEMO"] is False
    assert found["SECURE_SSL_REDIRECT"] and found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["STORAGES"]["staticfiles"]["BACKEND"] == "citygrid.common.static.HashedFilesStorage"
    assert found["SECURE_PROXY_SSL_HEADER"] is None


def test_a_secret_key_may_come_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text(KEY)
    found = read(tmp_path, monkeypatch, SECRET_KEY_FILE=str(tmp_path / "key"), ALLOWED_HOSTS="city.example")
    assert found["SECRET_KEY"] == KEY


def test_redis_carries_cache_and_channels_when_it_is_named(production):
    found = production(REDIS_URL="unix:///run/redis.sock")
    assert found["CACHES"]["default"]["LOCATION"] == "unix:///run/redis.sock"
    assert found["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert production()["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels.layers.InMemoryChannelLayer"


def test_a_developers_machine_needs_no_configuration(tmp_path, monkeypatch):
    found = read(tmp_path, monkeypatch, DEBUG="1")
    assert found["DEBUG"] and not found["SECURE_SSL_REDIRECT"] and "localhost" in found["ALLOWED_HOSTS"]


@pytest.mark.slow
def test_a_command_without_configuration_ends_with_the_sentence(tmp_path):
    environment = {"PATH": os.environ["PATH"], "CITYGRID_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Set SECRET_KEY or SECRET_KEY_FILE (50 random characters)" in done.stderr.splitlines()[-1]


def variables_read():
    """Every name given to a reader of ``env`` anywhere in the applications, and those the script itself reads."""
    names = set(re.findall(r"\$\{(CITYGRID_[A-Z_]+)", (ROOT / "run").read_text()))
    for path in ROOT.glob("*/**/*.py"):
        if path.parts[len(ROOT.parts)] not in ("citygrid", "gridmap", "cases", "notifications"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"CITYGRID_[A-Z_]+", str(node.value)):
                names.add(node.value)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                words = ast.unparse(node.func).split(".")
                if (words[0] == "env" and words[-1] in READERS) or words[-2:] in (["environ", "get"], ["os", "getenv"]):
                    names.add(node.args[0].value)
    return names - {"DJANGO_SETTINGS_MODULE"}


def test_every_variable_is_documented_and_no_other():
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "operating.md").read_text(), re.M))
    assert {"SECRET_KEY", "DATABASE_URL", "BEHIND_PROXY"} <= documented
    assert documented == variables_read()


def test_sessions_of_postgresql_are_asked_for_short_plans_unless_a_pooler_or_the_address_says_otherwise(production):
    def options(query="", **more):
        url = f"postgis://grid@db.example/city{query}"
        return production(DATABASE_URL=url, **more)["DATABASES"]["default"]["OPTIONS"]

    assert options()["prepare_threshold"] is None
    assert "-c max_parallel_workers_per_gather=0" in options()["options"]
    assert options("?options=-c%20jit%3Don&sslmode=require") == {
        "prepare_threshold": None, "options": "-c jit=on", "sslmode": "require",
    }  # fmt: skip
    assert options(DB_PREPARE="0") == {"prepare_threshold": None}
