"""A password that was forgotten, or is to be chosen for the first time: by a link that is good once.

Nobody is told whether there is an account with an address: the answer is the same, and comes before any is looked for.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.core.mail import EmailMessage
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext

from conferences.audit import acting
from conferences.audit import logins as audit
from conferences.liveness import boundaries
from conferences.logins import links, passwords, sessions
from conferences.models import Login
from dashboard.login.middleware import tell_why

# One at a time and apart from requests: a mail server that is slow keeps nobody waiting.
POST: Final = ThreadPoolExecutor(1, "mail")


class ForgottenForm(PasswordResetForm):
    """Asks for an address. Who has one password here, and is not switched off, is sent a link to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = gettext("E-mail address")

    def send_to_all(self, address_of: Callable[[str], str]) -> None:
        """Send a link to each whose address this is; `address_of` makes a path a whole address."""
        for user in self.get_users(self.cleaned_data["email"]):
            audit.link(user, "mail_link")
            subject = gettext("Choose another password for Earshot")
            body = _letter(user, address_of(links.BY_MAIL.path_for(user)))
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()


@method_decorator(login_not_required, name="dispatch")
class ForgottenView(PasswordResetView):
    """Asks for the address; there only where mail can be sent. Bounded for each client and each address."""

    template_name = "account/forgotten.html"
    form_class = ForgottenForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SENDS_MAIL:
            raise Http404("No mail is sent from here.")
        if not ratelimit.consume(request, action="forgotten"):
            return render(request, "429.html", status=429)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        address = form.cleaned_data["email"].casefold()
        if ratelimit.consume(self.request, action="forgotten_address", key=address):
            send = contextvars.copy_context().run
            POST.submit(send, _post, form, self.request.build_absolute_uri, translation.get_language())
        return self.render_to_response(self.get_context_data(form=form, is_sent=True))


class ChooseView(PasswordResetConfirmView):
    """Takes the new password. Nobody is logged in by it: a second factor is asked for at the login as ever."""

    template_name = "account/choose_password.html"
    success_url = reverse_lazy("account_login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A first password's link is the administrator's to give; another one by mail is asked for here."""
        may_forget = settings.SENDS_MAIL and self.token_generator is links.BY_MAIL
        return super().get_context_data(**kwargs) | {"may_forget": may_forget}

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.user
        with acting.acting(acting.Origin(user, self.request.META.get("REMOTE_ADDR") or "")):
            response = super().form_valid(form)
            passwords.mark_own(user)
            if self.request.user.is_authenticated:
                logout(self.request)
            ended = sessions.end(sessions.running(user.pk), Login.End.PASSWORD)
            audit.ended(user, Login.End.PASSWORD, by=user, count=ended)
        tell_why(response, Login.End.PASSWORD)
        return response


def _letter(user: User, link: str) -> str:
    first = gettext(
        "Somebody, presumably you, forgot the password of {name} for Earshot. By this link you choose another one. "
        "It is good once, for an hour:"
    )
    last = gettext("If that was not you, do nothing: your password stays as it is.")
    return "\n\n".join([first.format(name=user.get_username()), link, last, ""])


def _post(form: ForgottenForm, address_of: Callable[[str], str], language: str | None) -> None:
    try:
        with translation.override(language):
            boundaries.MAILING.run(lambda: form.send_to_all(address_of))
    finally:
        connections.close_all()
