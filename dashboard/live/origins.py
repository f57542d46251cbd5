"""Which sites' pages may open a socket: those of ORIGINS, by scheme, host and port."""

from typing import Any
from urllib.parse import urlparse

from channels.security.websocket import OriginValidator
from django.conf import settings


class ExactOrigins(OriginValidator):  # type: ignore[misc]
    """Channels' check, for which an origin with a port that is no number is simply not one of ours."""

    def valid_origin(self, parsed_origin: Any) -> bool:
        try:
            return bool(super().valid_origin(parsed_origin))
        except ValueError:
            return False


def is_allowed(origin: str) -> bool:
    """Whether pages of that origin may open a socket here."""
    try:
        parsed = urlparse(origin)
    except ValueError:
        return False
    return ExactOrigins(None, settings.ORIGINS).valid_origin(parsed)
