"""What is listed in the admin, by what it is for: not by the application that its table happens to be in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

_SYSTEM: Final = "System"
# Each with the names of its tables, in the order in which they are worked with.
_SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Directory": (
        "conferences.Team", "conferences.Queue", "conferences.Agent", "conferences.UnknownAddress",
        "conferences.AgentAddress", "conferences.SystemAddress", "conferences.ForeignAddress", "conferences.Connection",
        "conferences.ProtectedNumber",
    ),
    "People and rights": (
        "conferences.Supervisor", "auth.User", "auth.Group", "conferences.RightsGrant", "conferences.Login",
        "mfa.Authenticator", "conferences.WallScreen",
    ),
    "Records": (
        "conferences.Conference", "conferences.Leg", "conferences.Participant", "conferences.Supervision",
        "conferences.AuditEntry",
    ),
    _SYSTEM: (),
}  # fmt: skip
# Where a table's name says what it is to a programmer only.
_PLAIN: Final = {
    "conferences.Conference": "Calls (conferences)",
    "conferences.RightsGrant": "Rights that wait",
    "conferences.Leg": "Legs",
    "conferences.Participant": "Who was in which call",
    "conferences.Supervision": "Who supervised which call",
    "conferences.AuditEntry": "Audit entries, as written",
    "conferences.AgentAddress": "Phones that agents share",
    "conferences.SystemAddress": "Machines",
    "conferences.Connection": "Connections of our own",
    "conferences.Fact": "What Telnyx told (facts)",
    "conferences.Gap": "Times that are missing",
    "axes.AccessAttempt": "Failed logins that count",
    "axes.AccessLog": "Logins",
    "axes.AccessFailureLog": "Failed logins",
    "account.EmailAddress": "E-mail addresses of logins",
    "mfa.Authenticator": "Second factors",
    "conferences.Login": "Who is logged in where",
    "conferences.WallScreen": "Screens on walls",
    "socialaccount.SocialAccount": "Single sign-on: people",
    "socialaccount.SocialApp": "Single sign-on: providers",
    "socialaccount.SocialToken": "Single sign-on: tokens",
}


def sections(apps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the admin's lists as Django has found them for somebody, put into sections; empty ones are left out."""
    models = {f"{app['app_label']}.{model['object_name']}": model for app in apps for model in app["models"]}
    for label, model in models.items():
        model["name"] = _PLAIN.get(label, model["name"])
    named = {label for labels in _SECTIONS.values() for label in labels}
    rest = [label for label in models if label not in named]
    found = []
    for name, labels in _SECTIONS.items():
        listed = [models[label] for label in (*labels, *(rest if name == _SYSTEM else ())) if label in models]
        if listed:
            found.append(_section(name, listed))
    return found


def with_pages(found: list[dict[str, Any]], pages: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Add pages that list no table: section, name and address of each, at the section's end."""
    for name, page, address in pages:
        section = next((one for one in found if one["name"] == name), None)
        if section is None:
            section = _section(name, [])
            found.insert(0, section)
        section["models"].append(_page(page, address))
    return found


def listed_by(original: Callable[..., list[dict[str, Any]]], pages: Callable[[HttpRequest], Any]) -> Callable[..., Any]:
    """Return what stands in for the admin's own listing; that of one application alone stays as it is."""

    def app_list(request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = original(request, app_label)
        return apps if app_label else with_pages(sections(apps), pages(request))

    return app_list


def _section(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    label = name.split(maxsplit=1)[0].lower()
    address = f"{reverse('admin:index')}#{label}"
    return {"name": name, "app_label": label, "app_url": address, "has_module_perms": True, "models": models}


def _page(name: str, address: str) -> dict[str, Any]:
    """Return a page in the shape in which Django lists a table."""
    may = {"add": False, "change": False, "delete": False, "view": True}
    code = name.replace(" ", "")
    return {
        "name": name, "object_name": code, "perms": may, "admin_url": address, "add_url": None, "view_only": True,
    }  # fmt: skip
