"""One ASGI application: HTTP to Django, WebSocket to the consumer behind origin check and login."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from conferences.checks import refuse_to_start  # noqa: E402
from conferences.ingest.webhooks.application import WebhookApplication  # noqa: E402
from conferences.liveness.loop_watch import Watched  # noqa: E402
from dashboard.live.consumers import BoardConsumer, WallConsumer  # noqa: E402
from dashboard.live.origins import ExactOrigins  # noqa: E402
from dashboard.server.background import start_background  # noqa: E402
from dashboard.server.bounds import BoundedLogins  # noqa: E402
from dashboard.server.client_address import networks  # noqa: E402
from dashboard.server.connections import guard_connections  # noqa: E402
from dashboard.server.headers import SafeHeaders  # noqa: E402
from dashboard.server.logs.request_ids import RequestIds  # noqa: E402
from dashboard.server.shutdown import Drain, stop_gently  # noqa: E402

refuse_to_start()

proxies = networks(settings.TRUSTED_PROXIES)
sockets = URLRouter([path("ws/board/", BoardConsumer.as_asgi()), path("ws/wall/<slug:slug>/", WallConsumer.as_asgi())])

served = Drain(
    ProtocolTypeRouter(
        {
            "http": SafeHeaders(RequestIds(WebhookApplication(BoundedLogins(http, proxies)), proxies)),
            "websocket": ExactOrigins(sockets, settings.ORIGINS),
        }
    )
)
application = Watched(served)

stop_gently(served)
guard_connections()
if settings.RUN_BACKGROUND:
    start_background()

# What is there by now stays: to look through all of it again and again for garbage made every large page slower.
gc.collect()
gc.freeze()
