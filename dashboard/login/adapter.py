"""What django-allauth is told of this installation: who may log in, how it is done, and in which words."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
# What is worth saying on the next page, by allauth's name of it. That she is logged in she sees.
_SAID: Final = {
    "account/messages/password_changed.txt": _("Your password is changed, and your other logins are ended."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators or by single sign-on; the client is whom the trusted proxies name."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return request.META.get("REMOTE_ADDR") or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Guesses are counted by axes: counted by name alone, a stranger's would lock out whose name it is."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        user.backend = BACKEND
        super().login(request, user)

    def is_reauthentication_required(self, *args: Any, **kwargs: Any) -> bool:
        """Whoever comes by single sign-on, and has no second factor here yet, has nothing to show once more."""
        has_way = bool(get_reauthentication_flows(context.request.user))
        return has_way and bool(super().is_reauthentication_required(*args, **kwargs))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def add_message(self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **_: Any) -> None:
        kept = _SAID.get(args[0] if args else "", "")
        said = message or (gettext(kept) if kept else "")
        if said:
            messages.add_message(request, level, said)
