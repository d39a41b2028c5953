"""HTTP and websockets, served by any ASGI server: ``uvicorn citygrid.asgi:application --lifespan off``."""

from __future__ import annotations

import os

from citygrid import sqlite_driver

sqlite_driver.install()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.settings")

import django  # noqa: E402 - the driver swap comes first

django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402 - models can be imported from here on
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from citygrid.handler import ThreadedHandler  # noqa: E402
from notifications.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": ThreadedHandler(),
        # A page of another site, and a program that names no origin, are refused before anything else.
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
