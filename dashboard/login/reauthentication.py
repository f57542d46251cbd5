"""Asking once more who somebody is, before she is heard by everyone: where the center wants that."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from dashboard.login.unfinished import last_shown, own_factors


def before_barge(request: HttpRequest, role: str) -> HttpResponse | None:
    """Lead to where she shows her second factor, or without one her password; None where that is not needed now."""
    if role != "barge" or not settings.BARGE_CONFIRMED_WITHIN:
        return None
    method = "mfa" if own_factors(request.user) else "password"
    if time.time() - last_shown(request.session, method) < settings.BARGE_CONFIRMED_WITHIN * 60:
        return None
    ways = [str(one["url"]) for one in get_adapter().get_reauthentication_methods(request.user)]
    fitting = [one for one in ways if (method == "mfa") == ("/2fa/" in one)]
    where = f"{fitting[0] if fitting else reverse('account')}?{urlencode({'next': _page(request)})}"
    return HttpResponseClientRedirect(where) if request.headers.get("HX-Request") else redirect(where)


def _page(request: HttpRequest) -> str:
    """Where she is, and presses Barge again."""
    page = HtmxDetails(request).current_url_abs_path or urlsplit(request.headers.get("Referer", "")).path
    return page or "/"
