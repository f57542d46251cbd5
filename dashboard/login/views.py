"""The page of one's own account, and views of django-allauth as far as they differ here."""

from __future__ import annotations

from typing import Any, Final, cast

from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_POST

from conferences.audit import logins as audit
from conferences.logins import sessions
from conferences.models import ChosenReading, Login, Supervision
from conferences.supervision import requests
from dashboard.language.choice import save_reading
from dashboard.language.reading import zones
from dashboard.login.middleware import WHY_COOKIE
from dashboard.login.unfinished import TO_CHANGE, Need, needed

End = Login.End
_HOURS: Final = settings.SESSION_COOKIE_AGE // 3600
WHY: Final[dict[str, str]] = {
    End.OVER: _("You were logged out: a login lasts for {hours} hours at most."),
    End.IDLE: _("You were logged out: you had not asked for anything for a long time."),
    End.ENDED: _("You ended this login from another one."),
    End.ADMIN: _("An administrator ended your login."),
    End.PASSWORD: _("Your password has been changed. Log in with the new one."),
}


class OwnLoginView(LoginView):  # type: ignore[misc]
    """The login, with the reason why one is here again."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        end = self.request.COOKIES.get(WHY_COOKIE, "")
        why = gettext(WHY[end]).format(hours=_HOURS) if end in WHY else ""
        name = settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
        return dict(super().get_context_data(**kwargs), why=why, sign_on=name, may_forget=settings.SENDS_MAIL)


class ChangePasswordView(PasswordChangeView):  # type: ignore[misc]
    """One's own password, by who knows it; whoever comes by single sign-on has none here, and is told so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("account")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return dict(super().get_context_data(**kwargs), is_temporary=bool(self.request.session.get(TO_CHANGE)))

    def form_valid(self, form: Any) -> HttpResponse:
        """The session gets another key with it, and a running supervision follows."""
        old = self.request.session.session_key
        mine = [*Supervision.objects.running().filter(user=self.request.user.pk, session_key=old)]
        for one in mine:
            requests.move_to_login(one, "")
        response: HttpResponse = super().form_valid(form)
        for one in mine:
            requests.move_to_login(one, self.request.session.session_key)
        return response


@login_not_required
def no_account(request: HttpRequest) -> HttpResponse:
    """Single sign-on knows her, and nothing here is hers."""
    return render(request, "account/signup_closed.html")


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to one's own login: password, second factor, and the places where one is logged in."""
    user = cast("User", request.user)
    kinds = Authenticator.Type
    own = list(Authenticator.objects.filter(user=user))
    codes = next((one.wrap() for one in own if one.type == kinds.RECOVERY_CODES), None)
    context = {
        "app": next((one for one in own if one.type == kinds.TOTP), None),
        "keys": [one for one in own if one.type == kinds.WEBAUTHN],
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "has_factor": any(one.type != kinds.RECOVERY_CODES for one in own),
        "must_set_up": needed(user, request.session) is Need.SET_UP,
        "sign_on": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
        "is_connected": SocialAccount.objects.filter(user=user).exists(),
        "logins": sessions.running(user.pk),
        "here": request.session.session_key,
        "reading": ChosenReading.objects.filter(user=user).first(),
        "languages": settings.LANGUAGES,
        "zones": zones(),
        "center_zone": settings.TIME_ZONE,
    }
    return render(request, "account/account.html", context)


@require_POST
def end_login(request: HttpRequest, pk: int) -> HttpResponse:
    """End another login of one's own."""
    login = get_object_or_404(Login, pk=pk, user_id=request.user.pk)
    audit.ended(login.user, End.ENDED, by=request.user, count=sessions.end([login], End.ENDED))
    return redirect("account")


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """Save in which language, and by the clock of which place, she reads."""
    if not save_reading(cast("User", request.user), request.POST.dict()):
        messages.error(request, gettext("There is no such language or time zone. Choose one of the list."))
    return redirect("account")


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """A request of her own, which is all that it takes to stay logged in."""
    login = sessions.find(request.session.session_key)
    if login is not None:
        sessions.note_request(login)
    return HttpResponse(status=204)
