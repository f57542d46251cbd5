"""What every live page needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User

from dashboard.alerts import choices
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience
from dashboard.version import VERSION


def live_page(user: User, number: int, query: Mapping[str, str], audience: Audience | None = None) -> dict[str, Any]:
    """Return the number and version the page was rendered at, its socket's address, and what the user's own bar shows.

    The bar has a context of its own, for the call it is about may be another than the page's.

    `query`: what the page shows, in the words of `admission`. `audience`: the user's, where it is known already.
    """
    alerts = choices.for_page(user)
    wanted = {"alerts": "1"} if alerts["alert_kinds"] else {}
    address = f"/ws/board/?{urlencode({**query, **wanted, 'since': str(number)})}"
    page = {"socket": address, "feed": number, "bar": fragments.panel_context(user, audience), "version": VERSION}
    return page | alerts
