"""The page of one's own account, and views of django-allauth as far as they differ here."""

from __future__ import annotations

from allauth.account.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to a login of one's own: the password, the second factor, the places one is logged in at."""
    return render(request, "account/account.html")


class ChangePasswordView(PasswordChangeView):  # type: ignore[misc]
    """One's own password, by who knows it; whoever comes by single sign-on has none here."""
