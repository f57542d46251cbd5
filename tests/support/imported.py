"""All that `dashboard.asgi` imports, but that itself: it begins to work as soon as it is there."""

import django

django.setup()

import channels.routing  # noqa: E402, F401

import dashboard.live.consumers  # noqa: E402
import dashboard.server.background  # noqa: E402
import dashboard.urls  # noqa: E402, F401
import tests.support.prepared_server  # noqa: E402, F401
