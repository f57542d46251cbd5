"""Users, logins, second factors and screens on walls in the admin: what an administrator may do to them."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from conferences.admin.records.erasing import erase_chosen
from conferences.admin.records.readonly import ReadOnly
from conferences.admin.rights.by_right import ByRight
from conferences.admin.rights.links import hand_out
from conferences.admin.rights.people import OfUsers
from conferences.admin.typed import Admin
from conferences.audit import logins as audit
from conferences.logins import passwords, sessions, wall
from conferences.models import Login, WallScreen

# Their forms show what lets in: secrets of factors and providers, and tokens.
for _model in (User, Authenticator, EmailAddress, SocialApp, SocialToken):
    admin.site.unregister(_model)


@admin.register(User)
class PeopleAdmin(OfUsers, UserAdmin):  # type: ignore[type-arg]
    """A password that an administrator chooses is known to two: it must be changed at the next login."""

    actions = ("end_logins", "give_links", erase_chosen)

    def save_model(self, request: HttpRequest, user: User, form: Any, change: bool) -> None:
        super().save_model(request, user, form, change)
        if not change and user.has_usable_password():
            passwords.mark_temporary(user)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        before = User.objects.filter(pk=id).values_list("password", flat=True).first()
        response: HttpResponse = super().user_change_password(request, id, form_url)
        user = User.objects.filter(pk=id).first()
        if user is not None and user.password != before and user.pk != request.user.pk:
            if user.has_usable_password():
                passwords.mark_temporary(user)
            ended = sessions.end(sessions.running(user.pk), Login.End.PASSWORD)
            audit.ended(user, Login.End.PASSWORD, by=request.user, count=ended)
        return response

    @admin.action(description="End all logins of the people chosen", permissions=["change"])
    def end_logins(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        ended = sum(_end(request, sessions.running(user.pk)) for user in chosen)
        self.message_user(request, f"{ended} ended." if ended else "None of them was logged in.")

    @admin.action(description="Give the people chosen a link each to choose a password", permissions=["change"])
    def give_links(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse:
        return hand_out(request, [user for user in chosen if self.has_change_permission(request, user)])


@admin.register(Login)
class LoginAdmin(ReadOnly):
    list_display = ("user", "began_at", "seen_at", "ends_at", "address", "browser", "ended_at", "end")
    list_filter = ("end",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name", "=address")
    fields = list_display
    actions = ("end_now",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("auth.change_user")

    @admin.action(description="End the logins chosen", permissions=["end"])
    def end_now(self, request: HttpRequest, chosen: QuerySet[Login]) -> None:
        ended = _end(request, [one for one in chosen.select_related("user") if sessions.end_of(one) is None])
        self.message_user(request, f"{ended} ended." if ended else "None of these was running any more.")


@admin.register(Authenticator)
class FactorAdmin(ReadOnly):
    """Somebody who lost the app or the key is let in again by taking it away; what is in it is shown to nobody."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = list_display

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")

    def delete_model(self, request: HttpRequest, factor: Authenticator) -> None:
        audit.factor(factor.user, "remove_factor", factor.type, by=request.user)
        super().delete_model(request, factor)


@admin.register(WallScreen)
class WallScreenAdmin(ByRight, Admin):
    """The token is shown once, in the address by which the screen is opened."""

    list_display = ("name", "page", "shows_names", "made_by", "made_at", "ended_at")
    list_select_related = ("made_by",)
    filter_horizontal = ("teams", "queues")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    readonly_fields = ("made_by", "made_at", "ended_at")
    actions = ("give_another", "take_back")
    fieldsets = (
        (None, {"fields": ("name", "slug", "title", "look")}),
        ("What it shows", {"fields": ("teams", "queues", "shows_names", ("waiting_warn", "waiting_alarm"))}),
        ("Its token", {"fields": ("made_by", "made_at", "ended_at")}),
    )

    @admin.display(description="address")
    def page(self, screen: WallScreen) -> str:
        return f"/wallboard/{screen.slug}/" if screen.slug else "–"

    def save_model(self, request: HttpRequest, screen: WallScreen, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, screen, form, change)
        else:
            _give_token(request, screen)

    @admin.action(description="Give the screens chosen another token each", permissions=["change"])
    def give_another(self, request: HttpRequest, chosen: QuerySet[WallScreen]) -> None:
        for one in chosen:
            _give_token(request, one)

    @admin.action(description="Take the tokens of the screens chosen back", permissions=["change"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[WallScreen]) -> None:
        for one in chosen:
            wall.take_back(one)
        self.message_user(request, "Their tokens are good for nothing any more.")


def _give_token(request: HttpRequest, screen: WallScreen) -> None:
    """What stands after the # is never sent, and so in no log: the page itself takes it from there."""
    if not screen.slug:
        messages.error(request, f"{screen} has no address yet: give it one, and then a token.")
        return
    token = wall.new_token()
    wall.give(screen, token, request.user)  # type: ignore[arg-type]
    address = request.build_absolute_uri(f"/wallboard/{screen.slug}/#{token}")
    messages.warning(request, f"{screen}: open this on the screen. Its token is shown this once: {address}")


def _end(request: HttpRequest, logins: list[Login]) -> int:
    ended = 0
    for login in logins:
        count = sessions.end([login], Login.End.ADMIN)
        audit.ended(login.user, Login.End.ADMIN, by=request.user, count=count)
        ended += count
    return ended
