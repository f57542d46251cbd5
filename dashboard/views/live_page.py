"""What every live page needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User

from dashboard.presenters import fragments


def live_page(user: User, number: int, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the number the page was rendered at, its socket's address, and the user's own supervision.

    `query`: what the page shows, in the words of `admission`.
    """
    address = f"/ws/board/?{urlencode({**query, 'since': str(number)})}"
    return {"socket": address, "feed": number} | fragments.panel_context(user)
