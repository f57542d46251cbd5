"""Every address of the site: closed to strangers, to forged forms, and to changes by looking."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from conferences.models import Supervisor, Team
from tests.support.story import ANA, browser

pytestmark = pytest.mark.slow

WEBHOOK = {"telnyx_webhook", "telnyx_webhook_without_slash"}
SYSTEMS = {
    *("agents_sign_in", "api_sensitive", "api_help", "api_wrap_up"),
    *("api_credentials", "api_sign_in", "api_live", "api_description"),
}  # with a token of their own
LOGGING_IN = {
    *("account_login", "account_inactive", "mfa_authenticate", "mfa_login_webauthn"),
    *("openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled", "socialaccount_signup"),
    *("account_forgotten", "account_choose_forgotten", "account_choose_first"),
}
OPEN_TO_ANYBODY = {"healthz", "csp_report", *LOGGING_IN, *SYSTEMS, *WEBHOOK}
EXEMPT_FROM_CSRF = {*SYSTEMS, "csp_report", *WEBHOOK}
LOOKING = tuple(f"PRAGMA {one}" for one in ("journal_mode", "quick_check", "synchronous"))
READING = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "DECLARE", *LOOKING)

# The regular expressions of Django's admin: the list of an app's models, and whatever is not there.
REGEXES = {r"\^\(\?P<app_label>(\w+)[^)]*\)/\$": r"\1/", r"\(\?P<url>\.\*\)\$": "nowhere/"}


def patterns(resolver: URLResolver, prefix: str = "", names: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the whole route of each view; a view without a name is named by its route."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route, f"{names}{entry.namespace}:" if entry.namespace else names)
        else:
            assert isinstance(entry, URLPattern)
            yield (f"{names}{entry.name}" if entry.name else route), route


def sample(route: str) -> str:
    """Return an address that the route matches, of a thing that is there if there is one."""
    for regex, text in REGEXES.items():
        route = re.sub(regex, text, route)
    route = route.replace("supervisions/<uuid:pk>", f"supervisions/{first('supervision')}")
    route = re.sub(r"<uuid:\w+>", str(first("conference")), route)
    route = route.replace("<path:content_type_id>/<path:object_id>", f"{team_type()}/{first('team')}")
    if found := re.match(r"admin/(\w+)/(\w+)/<path:object_id>", route):
        route = route.replace("<path:object_id>", str(first(found[2], found[1])))
    route = re.sub(r"<(?:int|str|slug|path):\w+>|<\w+>", "1", route)
    assert not set(route) & set("<>()^$*"), f"{route} has a part this test cannot fill in"
    return f"/{route}"


def first(model: str, app: str = "conferences") -> object:
    row = apps.get_model(app, model).objects.first()
    return row.pk if row else "1"


def team_type() -> object:
    return ContentType.objects.get_for_model(Team).pk


@pytest.fixture
def addresses(story, marta) -> dict[str, str]:
    """Every address by the name of its view, while a supervisor is on a call."""
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    return {name: sample(route) for name, route in patterns(get_resolver())}


@pytest.fixture
def everybody(cleo, marta, directory) -> list[User]:
    """An administrator who is also a supervisor, and the supervisor on the call."""
    Supervisor.objects.create(user=cleo).teams.add(directory.support)
    return [cleo, marta]


def is_turned_away(response) -> bool:
    """Whether it ended, perhaps by way of the admin's door, at the login."""
    hops = [address for address, _ in response.redirect_chain]
    return response.status_code in (401, 403) or (bool(hops) and hops[-1].startswith("/accounts/login/?next="))


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_turned_away_from_all_but_public_addresses(addresses, method):
    stranger = Client()
    answers = {name: getattr(stranger, method)(address, follow=True) for name, address in addresses.items()}
    assert {name for name, answer in answers.items() if not is_turned_away(answer)} == OPEN_TO_ANYBODY


def test_form_without_token_is_refused_outside_webhook_and_api(addresses, cleo):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cleo, backend="django.contrib.auth.backends.ModelBackend")
    answers = {name: client.post(address) for name, address in addresses.items()}
    refused = {name for name, answer in answers.items() if "403_csrf.html" in [one.name for one in answer.templates]}
    assert set(addresses) - refused == EXEMPT_FROM_CSRF


def test_a_form_with_the_sites_token_is_taken(marta):
    client = Client(enforce_csrf_checks=True)
    client.force_login(marta, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/accounts/logout/", {"csrfmiddlewaretoken": token})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")


def everything():
    """Every row of every table but the audit's, which tells who looked at what."""
    kept = [model for model in apps.get_models() if not model.__name__.startswith("Audit")]
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in kept}


def test_looking_changes_nothing(addresses, everybody):
    clients, writing = [browser(user) for user in everybody], []
    before = everything()
    for client in clients:
        for name, address in addresses.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            writing += [
                (name, one["sql"])
                for one in queries
                if not one["sql"].lstrip().startswith(READING) and "conferences_audit" not in one["sql"]
            ]
    assert writing == []
    assert everything() == before


def test_looking_is_possible_where_it_is_allowed(addresses, everybody):
    pages = ("board", "conference", "supervise", "audit", "readyz", "metrics", "admin:index")
    client = browser(everybody[0])
    assert {name: client.get(addresses[name]).status_code for name in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("name", ["conference", "supervise", "change", "leave", "dismiss"])
def test_what_belongs_to_another_team_is_not_there(addresses, ben, name):
    client = browser(ben)
    method = client.get if name in ("conference", "supervise") else client.post
    assert method(addresses[name]).status_code == 404
