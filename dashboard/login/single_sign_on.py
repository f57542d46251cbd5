"""Single sign-on: whom it lets in, and which of our groups its groups are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from structlog.stdlib import get_logger

log = get_logger(__name__)

AMR: Final = "sso_amr"  # in the session: how the provider made sure (RFC 8176)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever is in a group that means something here gets an account, unless one of that name is there already.

    One that is there is never taken over by a name or an address alone: its owner connects it herself.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        name = sociallogin.user.username
        return bool(name and groups_of(sociallogin)) and not User.objects.filter(username__iexact=name).exists()


def groups_of(sociallogin: Any) -> set[str]:
    """The names of our groups that the provider puts this person into."""
    theirs = _names(_claims(sociallogin).get(settings.OIDC_GROUPS_CLAIM))
    return {ours for name, ours in settings.OIDC_GROUPS.items() if name in theirs}


def take_groups(user: User, sociallogin: Any) -> None:
    """Put a person into our groups that the provider names, and out of those that it could have named.

    Groups that no group of theirs stands for are left as an administrator made them.
    """
    wanted = groups_of(sociallogin)
    managed = Group.objects.filter(name__in=set(settings.OIDC_GROUPS.values()))
    for group in managed:
        if group.name in wanted:
            user.groups.add(group)
        else:
            user.groups.remove(group)
    if missing := wanted - {group.name for group in managed}:
        log.warning("no such group", groups=sorted(missing))


def methods_of(sociallogin: Any) -> list[str]:
    """How the provider made sure who this is."""
    return _names(_claims(sociallogin).get("amr"))


def _names(said: object) -> list[str]:
    """One or several, as providers differ; whatever else stands there is none."""
    several = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [one for one in several if isinstance(one, str)]


def _claims(sociallogin: Any) -> Mapping[str, Any]:
    """What was said of her, in either answer; the second is asked for over our own connection."""
    told = sociallogin.account.extra_data
    return {**(told.get("id_token") or {}), **(told.get("userinfo") or {})}
