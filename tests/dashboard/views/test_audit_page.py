"""Who did what to which call, as a reader of the audit finds it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.audit import log as audit
from tests.support.audit_trail import enter as write_entry
from tests.support.audit_trail import unrecorded
from tests.support.markup import on_one_line
from tests.support.story import ANA, CUSTOMER, PASSWORD, browser, make_supervisor

AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)


def reader(*more):
    user = User.objects.create_user("dora", password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_auditentry", *more]))
    return unrecorded(user)


@pytest.fixture
def page(db):
    client = reader()

    def get(**query):
        return client.get("/audit/", {"show": "everything"} | query)

    return get


def enter(**values):
    """An entry as it might have been written at any time."""
    return write_entry(**{"at": AT, "phase": "intent", "action": "join", "actor_name": "Marta Gil"} | values)


def outcome(intent, result="ok", **values):
    names = ("action", "actor_name", "conference_name", "telnyx_conference_id", "at")
    return enter(
        phase="outcome", intent=intent, result=result, **{name: getattr(intent, name) for name in names} | values
    )


def who(response):
    return [action.who for action in response.context["actions"]]


def results(response):
    return [[one.result for one in action.outcomes] for action in response.context["actions"]]


def words(response):
    """What a reader sees of each row, without the markup."""
    body = re.search(r'id="actions".*?<tbody>(.*?)</tbody>', response.content.decode(), re.DOTALL)[1]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


# --- What it tells


def test_a_deed_and_its_outcome_are_one_row(page):
    outcome(enter())
    assert results(page()) == [["ok"]]


def test_supervision_is_told_from_call_to_phone(story, marta, page):
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    actions = page().context["actions"]
    asked = [one for one in actions if one.who == "Marta Gil" and one.conference_id]
    assert [(one.name, one.role, one.targets, one.ip) for one in asked] == [
        ("Join", "Whisper", ("Ana Ruiz",), "127.0.0.1"),
        ("Call the phone", "Whisper", ("Ana Ruiz",), "127.0.0.1"),
    ]
    assert {one.conference_id for one in actions if one.name != "Log in"} == {conference.conference_id}
    assert [one.name for one in actions if one.who == "Earshot"] == ["Mode confirmed", "Phone called"]


def test_a_row_says_everything_in_words(page):
    intent = enter(
        source_ip="192.0.2.7",
        conference_name="Order 12",
        telnyx_conference_id="conf-1",
        role="whisper",
        targets=[{"call_control_id": "v3:1", "name": "Ana Ruiz"}, {"call_control_id": "v3:2", "name": "Luis Ortega"}],
        command_id="cmd-1",
    )
    refusal = {"http_status": 422, "sends": 2, "provider_code": "90034", "provider_text": "Conference is full"}
    outcome(intent, "refused", call_control_id="v3:9", **refusal)
    (row,) = words(page())
    assert row == (
        "2026-11-22 10:42:07 Marta Gil from 192.0.2.7 Join: Whisper to Ana Ruiz , Luis Ortega Order 12 "
        "Refused by the provider 90034 Conference is full "
        "Show Conference conf-1 Leg v3:9 Command cmd-1 HTTP status 422 Sent 2 times Outcome at 10:42:07"
    )


def test_a_deed_without_an_outcome_says_so(page):
    enter()
    assert [(one.result, one.label) for action in page().context["actions"] for one in action.outcomes] == [
        ("waiting", "No outcome yet")
    ]


def test_an_outcome_that_came_later_stands_beside_the_first(page):
    intent = enter()
    outcome(intent, "unknown")
    outcome(intent, "ok")
    assert results(page()) == [["unknown", "ok"]]


def test_denied_attempt_is_told_with_the_sentence_shown(story, ben, page):
    _, conference = story.call(ANA)
    attempt = audit.Attempt(ben, conference, "join", "barge", [], "192.0.2.9")
    audit.deny(attempt, "You may not see this conference.")
    (row,) = words(page())
    assert row[row.index("Ben") :].startswith("Ben Okafor from 192.0.2.9 Join: Barge")
    assert row.count("Not allowed here You may not see this conference.") == 1


def test_the_newest_deed_is_first(page):
    for name in ("Marta Gil", "Ben Okafor", "Cleo Admin"):
        enter(actor_name=name)
    assert who(page()) == ["Cleo Admin", "Ben Okafor", "Marta Gil"]


def test_words_of_others_are_shown_and_never_run(page):
    outcome(enter(conference_name="<script>alert(1)</script>"), provider_text="<b>bold</b>")
    text = page().content.decode()
    assert (text.count("<script>alert"), text.count("<b>bold")) == (0, 0)
    assert (text.count("&lt;script&gt;alert"), text.count("&lt;b&gt;bold")) == (1, 1)


def test_an_empty_audit_says_what_will_stand_here(page):
    assert page().content.decode().count("Whatever supervisors do, or try to do, will stand here.") == 1


# --- Filters


@pytest.fixture
def three(db):
    """Three actions that differ in everything that can be asked for."""
    outcome(enter(conference_name="Order 12", telnyx_conference_id="conf-a"))
    later = enter(actor_name="Ben Okafor", action="dial", at=AT + timedelta(days=1), conference_name="Returns")
    outcome(later, "refused")
    enter(actor_name="Cleo Admin", action="hangup", at=AT + timedelta(days=2), conference_name="Order 13")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Cleo Admin", "Ben Okafor", "Marta Gil"]),
        ({"person": "ben"}, ["Ben Okafor"]),
        ({"person": "nobody"}, []),
        ({"deed": "join"}, ["Marta Gil"]),
        ({"result": "ok"}, ["Marta Gil"]),
        ({"result": "refused"}, ["Ben Okafor"]),
        ({"result": "waiting"}, ["Cleo Admin"]),
        ({"result": "denied"}, []),
        ({"from_day": "2026-11-23"}, ["Cleo Admin", "Ben Okafor"]),
        ({"to_day": "2026-11-22"}, ["Marta Gil"]),
        ({"from_day": "2026-11-23", "to_day": "2026-11-23"}, ["Ben Okafor"]),
        ({"conference": "order"}, ["Cleo Admin", "Marta Gil"]),
        ({"conference": "conf-a"}, ["Marta Gil"]),
        ({"conference": "order", "person": "cleo"}, ["Cleo Admin"]),
    ],
)
def test_deeds_are_narrowed_by_what_is_asked_for(three, page, query, found):
    assert who(page(**query)) == found


def test_denied_attempts_can_be_asked_for(three, page):
    enter(phase="outcome", result="denied", actor_name="Dan")
    assert who(page(result="denied")) == ["Dan"]


def test_day_is_counted_in_the_contact_centers_time_zone(page, settings):
    settings.TIME_ZONE = "America/New_York"
    enter(at=datetime(2026, 11, 23, 4, 30, tzinfo=UTC))
    assert [len(who(page(from_day=day, to_day=day))) for day in ("2026-11-22", "2026-11-23")] == [1, 0]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"from_day": "22/11/2026"}, "from_day", "Write a day as year-month-day, such as 2026-11-22."),
        ({"from_day": "0001-01-01"}, "from_day", "Write a day as year-month-day, such as 2026-11-22."),
        ({"to_day": "9999-12-31"}, "to_day", "Write a day as year-month-day, such as 2026-11-22."),
        ({"deed": "dance"}, "deed", "There is no action “dance”."),
        ({"result": "maybe"}, "result", "There is no result “maybe”."),
        ({"person": "x" * 101}, "person", "Ensure this value has at most 100 characters (it has 101)."),
        ({"conference": "a\0b"}, "conference", "Null characters are not allowed."),
        ({"from_day": "2026-11-23", "to_day": "2026-11-22"}, "to_day", "The last day is before the first."),
    ],
)
def test_invalid_filter_is_said_beside_it_and_kept(three, page, query, field, sentence):
    response = page(**{"person": "marta"} | query)
    form = response.context["form"]
    assert (response.status_code, form.errors) == (200, {field: [sentence]})
    assert {name: form[name].value() for name in query} == query
    assert response.content.decode().count(f'id="id_{field}_error"') == 1


def test_the_filters_that_were_understood_still_narrow(three, page):
    assert who(page(person="ben", from_day="yesterday")) == ["Ben Okafor"]


# --- Pages


def test_page_has_fifty_deeds_and_keeps_the_filters(page):
    for number in range(51):
        enter(actor_name=f"Marta {number}")
    first, second = page(person="marta"), page(person="marta", page="2")
    assert (len(who(first)), who(second)) == (50, ["Marta 0"])
    assert on_one_line(first.content.decode()).count("1–50 of 51 actions") == 1
    assert re.findall(r'href="(\?[^"]+)">Older', first.content.decode()) == [
        "?show=everything&amp;person=marta&amp;page=2"
    ]


@pytest.mark.parametrize("number", ["0", "99", "two", ""])
def test_page_number_out_of_range_gets_the_nearest_page(page, number):
    enter()
    assert len(who(page(page=number))) == 1


def test_more_deeds_take_no_more_queries(db):
    client, counts = reader(), []
    for actions in (1, 2):
        for _ in range(actions):
            outcome(enter(targets=[{"call_control_id": "v3:1", "name": "Ana Ruiz"}]))
        with CaptureQueriesContext(connection) as queries:
            shown = len(who(client.get("/audit/?show=everything")))
        counts.append((shown, len(queries)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]


# --- Who may


def test_page_is_closed_to_those_without_the_permission(marta):
    assert browser(marta).get("/audit/").status_code == 403


def test_page_is_open_to_those_with_the_permission(page):
    assert page().status_code == 200


def test_nobody_posts_to_the_audit(cleo):
    assert browser(cleo).post("/audit/").status_code == 405


@pytest.mark.parametrize(("more", "told"), [((), "+1 ••• ••71"), (("view_customer_number",), CUSTOMER)])
def test_customers_numbers_are_shown_to_those_permitted(db, more, told):
    outcome(enter(conference_name=f"Call {CUSTOMER}"), provider_text=f"Bad number {CUSTOMER}", note=f"from {CUSTOMER}")
    (row,) = words(reader(*more).get("/audit/?show=everything"))
    assert [row.count(text) for text in (f"Call {told}", f"Bad number {told}", f"from {told}")] == [1, 1, 1]


def test_reader_sees_their_own_supervision_as_on_every_page(story, directory):
    permissions = ["monitor_conference", "view_auditentry"]
    user = make_supervisor("eva", "Eva Sanz", [directory.support], permissions)
    user.supervisor.devices.create(name="Desk", address="+34600000091")
    _, conference = story.call(ANA)
    mine = story.supervise(user, conference)
    bar = browser(user).get("/audit/").context["bar"]
    assert (bar["supervision"], bar["call"].pk) == (mine, conference.pk)


def test_page_shows_what_the_screen_said_of_hearing(story, marta):
    _, conference = story.call(ANA)
    for _ in range(8):
        story.pass_time()
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    marta.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    page = browser(marta).get("/audit/?show=everything").content.decode()
    assert "Only Ana Ruiz hears you. +1 ••• ••71 does not." in page
