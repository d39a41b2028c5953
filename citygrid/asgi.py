"""HTTP and websockets, served by any ASGI server: ``uvicorn citygrid.asgi:application --lifespan off``."""

from __future__ import annotations

import os

from citygrid import sqlite_driver

sqlite_driver.install()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.settings")

from channels.routing import ProtocolTypeRouter  # noqa: E402 - the driver swap and Django's set-up come first
from django.core.asgi import get_asgi_application  # noqa: E402

application = ProtocolTypeRouter({"http": get_asgi_application()})
