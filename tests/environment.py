"""Loaded before Django: the environment in which every test runs. A database URL from outside decides the engine."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings

from citygrid import sqlite_driver

sqlite_driver.install()
if "CITYGRID_HOME" not in os.environ:
    os.environ["CITYGRID_HOME"] = tempfile.mkdtemp(prefix="citygrid-test-")
    atexit.register(shutil.rmtree, os.environ["CITYGRID_HOME"], ignore_errors=True)
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # parallel processes must not wait for each other's locks
    os.environ["CITYGRID_HOME"] = str(Path(os.environ["CITYGRID_HOME"]) / worker)
    redis = os.environ.get("REDIS_URL", "")
    if redis.startswith("unix:") and "?" not in redis:  # nor count each other's attempts
        os.environ["REDIS_URL"] = f"{redis}?db={int(worker.removeprefix('gw')) + 1}"
os.environ["DJANGO_SETTINGS_MODULE"] = "citygrid.settings"
for name, value in {
    "DEBUG": "0", "HTTPS": "0", "STATIC_HASHED": "0", "SECRET_KEY": "tests-only-" + "k" * 50,
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "LOG_LEVEL": "WARNING", "LOG_FORMAT": "console", "CITY_CODE": "350982",
}.items():  # fmt: skip
    os.environ[name] = value

# A busy machine must not fail a law of arithmetic: speed has its own place, tests/benchmarks.
settings.register_profile("citygrid", deadline=None)
settings.load_profile("citygrid")
