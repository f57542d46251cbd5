"""Every address by everybody: strangers, the ready-made groups, another team or queue, the deactivated.

An address without a row fails. What a page then shows or an action then does is for the tests of each.
"""

from __future__ import annotations

from typing import Final

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from conferences.models import Queue, Supervisor
from tests.dashboard.views.test_access import patterns, sample
from tests.support.story import ANA, PASSWORD, Story, browser

pytestmark = pytest.mark.slow

GROUPS: Final = ("Viewer", "Monitor", "Coach", "Supervisor", "Auditor", "Administrator")
KINDS: Final = ("stranger", *GROUPS, "other team", "other queue", "this queue", "deactivated")
OF_TEAM: Final = {"Viewer", "Monitor", "Coach", "Supervisor"}  # as people() has it, each of the call's own team
SEE_IT: Final = OF_TEAM | {"this queue"}
LIKE_SUPERVISOR: Final = {"Supervisor", "other team", "other queue", "this queue"}
LOGGED_IN: Final = {*KINDS} - {"stranger", "deactivated"}

Row = tuple[set[str], str]  # who may, and what those who are logged in and may not are answered
MINE: Final[Row] = (LOGGED_IN, "")  # one's own pages and wishes
NOT_MINE: Final[Row] = (set(), "not there")  # somebody else's
CALL: Final[Row] = (SEE_IT, "not there")
ROWS: Final[dict[str, Row]] = {
    **dict.fromkeys(
        ("board", "save_view", "keys", "alerts", "raise_alert", "agents", "unfollow", "history", "feed", "account"),
        MINE,
    ),
    **dict.fromkeys(("account_stay", "account_reading", "account_reauthenticate", "account_change_password"), MINE),
    **dict.fromkeys(("socialaccount_connections", "mfa_index", "mfa_authenticate", "mfa_reauthenticate"), MINE),
    **dict.fromkeys(("mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_list_webauthn"), MINE),
    **dict.fromkeys(("mfa_add_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn"), MINE),
    **dict.fromkeys(("mfa_remove_webauthn", "mfa_edit_webauthn"), MINE),
    **dict.fromkeys(("change_view", "change", "leave", "stay", "lift", "dismiss", "account_end_login"), NOT_MINE),
    **dict.fromkeys(("answer_help", "close_help"), NOT_MINE),  # of a request that is there: test_help.py
    **dict.fromkeys(("hand_over", "take_over"), NOT_MINE),
    **dict.fromkeys(("mfa_deactivate_totp", "mfa_view_recovery_codes"), NOT_MINE),
    **dict.fromkeys(("conference", "supervise", "recheck", "hearing", "moment", "timeline", "hop"), CALL),
    "board_of": (set(), "may not"),  # no ready-made group both administers supervisors and sees a board
    "follow": (OF_TEAM, "not there"),
    "unassigned": (LIKE_SUPERVISOR, "may not"),
    **dict.fromkeys(
        ("audit", "export_audit", "reports", "report_of_agent", "report_of_supervisor"), ({"Auditor"}, "may not")
    ),
    "report_of_mine": MINE,
    "account_logout": (set(), "login"),
    "socialaccount_login_error": (set(), "token"),
    "admin:login": ({"Administrator"}, "may not"),
    "admin:logout": (LOGGED_IN - {"Administrator"}, "login"),
}
# Who may see the call and lacks the right is told so; to everybody else there is no such call.
NEED_A_RIGHT: Final = {"sensitive", "end"}
ALIKE: Final = {
    **dict.fromkeys(("account_login", "account_inactive", "socialaccount_signup", "csp_report", "healthz"), "may"),
    **dict.fromkeys(("socialaccount_login_cancelled", "telnyx_webhook", "telnyx_webhook_without_slash"), "may"),
    **dict.fromkeys(("account_choose_forgotten", "account_choose_first"), "may"),  # and are told of a bad link
    "account_forgotten": "not there",  # without a mail server
    "wallboard": "may not",  # a screen's token opens it, and nobody's login
    # Without a token of the center's own systems there is nothing there; nor without a provider of logins.
    **dict.fromkeys(("agents_sign_in", "api_credentials", "api_sign_in", "api_live", "api_description"), "not there"),
    **dict.fromkeys(
        ("api_sensitive", "api_help", "api_wrap_up", "openid_connect_login", "openid_connect_callback"), "not there"
    ),
}
FOR_MONITORING: Final = {"readyz", "metrics"}  # by a token, or the right to see the facts
ADMINISTERED: Final = {
    "team", "queue", "agent", "supervisor", "connection", "systemaddress", "agentaddress", "group", "user",
    "rightsgrant", "protectednumber", "wallscreen",
}  # fmt: skip
NOT_ADMINISTERED: Final = {
    "socialaccount", "accessattempt", "accesslog", "accessfailurelog", "auditentry", "conference", "leg", "participant",
    "fact", "gap", "supervision", "login", "authenticator", "foreignaddress", "unknownaddress",
}  # fmt: skip
NOT_EVEN: Final = {"agentaddress_add", "rightsgrant_add", "rightsgrant_delete", "user_delete"}
ADMIN_PAGES: Final = {
    **dict.fromkeys(
        (
            *("load_directory", "save_directory", "examination", "test_call"),
            *("person_agent", "person_supervisor", "erase_person"),
        ),
        "may",
    ),
    **dict.fromkeys(("index", "password_change", "password_change_done", "jsi18n"), "may"),
    **dict.fromkeys(("view_on_site", "app_list"), "not there"),
    "autocomplete": "may not",
}


def expected(name: str, kind: str) -> str:
    """What that kind is to be answered at that address; KeyError for one that has no row."""
    if name in ALIKE:
        return ALIKE[name]
    if name in FOR_MONITORING:
        return "may not" if kind in LOGGED_IN else "token"
    if kind not in LOGGED_IN:
        return "login"
    if name in NEED_A_RIGHT:
        return "not there" if kind not in SEE_IT else "may" if kind in LIKE_SUPERVISOR else "may not"
    if name.startswith("admin:") and name not in ROWS:
        return in_admin(name.removeprefix("admin:")) if kind == "Administrator" else "login"
    who, otherwise = ROWS[name]
    return "may" if kind in who else otherwise


def in_admin(name: str) -> str:
    """What an administrator who is no superuser is answered."""
    if name in ADMIN_PAGES:
        return ADMIN_PAGES[name]
    _, model, view = name.split("_", 2)
    if model in NOT_ADMINISTERED:
        return "may not"
    if model not in ADMINISTERED:
        raise KeyError(name)
    return "may not" if f"{model}_{view}" in NOT_EVEN else "may"


def people(directory) -> dict[str, Client]:
    """A browser of each kind; those of the listening groups look after the call's team, unless their name says else."""
    other = Queue.objects.create(name="Orders", team=directory.sales)
    browsers = {"stranger": Client()}
    for kind in KINDS[1:]:
        user = User.objects.create_user(kind.replace(" ", "-"), password=PASSWORD)
        user.groups.add(Group.objects.get(name=kind if kind in GROUPS else "Supervisor"))
        if kind not in ("Auditor", "Administrator"):
            mine = Supervisor.objects.create(user=user)
            if "queue" in kind:
                mine.queues.add(other if kind == "other queue" else directory.queue)
            else:
                mine.teams.add(directory.sales if kind == "other team" else directory.support)
        browsers[kind] = browser(user)
    User.objects.filter(username="deactivated").update(is_active=False)
    return browsers


def answer(client: Client, address: str) -> str:
    """What comes back to a look, or to a form where looking is not possible; whatever it did is undone."""
    cookies = client.cookies.copy()
    for method in (client.get, client.post):
        with transaction.atomic():
            response = method(address)
            transaction.set_rollback(True)
        client.cookies = cookies.copy()
        if response.status_code != 405:
            break
    if response.status_code == 302 and "/login/" in response.headers["Location"]:
        return "login"
    return {403: "may not", 404: "not there", 401: "token"}.get(response.status_code, "may")


def test_everybody_is_answered_as_the_table_says(story: Story, marta, directory):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    # Those without a name of their own lead on to one that has; a history of what is not there leads to the first page.
    named = {name: route for name, route in patterns(get_resolver()) if "/" not in name and "_history" not in name}
    browsers = people(directory)
    wrong = [
        (name, kind, got, wanted)
        for name, route in named.items()
        for kind, client in browsers.items()
        if (got := answer(client, sample(route))) != (wanted := expected(name, kind))
    ]
    assert wrong == []
    assert len(named) > 150


@pytest.mark.parametrize("name", ["a_new_page", "admin:conferences_novelty_change", "admin:novelty_changelist"])
def test_an_address_without_a_row_fails(name):
    with pytest.raises((KeyError, ValueError)):
        expected(name, "Administrator")
