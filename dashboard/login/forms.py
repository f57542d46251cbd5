"""The forms of logins, with the names of fields that browsers, password managers and axes have known."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from conferences.logins import sessions


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext("User name")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def add_prefix(self, field_name: str) -> str:
        return str(super().add_prefix("username" if field_name == "login" else field_name))

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """allauth prolongs the session once more after it has begun."""
        response: HttpResponse = super().login(request, redirect_url)
        login = sessions.find(request.session.session_key)
        if login is not None:
            request.session.set_expiry(login.ends_at)
        return response


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password and twice the new one, which is another."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", gettext("This is the password that you have. Choose another."))
        return cleaned
