"""A customer's number that hides in a conference's name is masked wherever it is read, and found by nobody who may not
see it; and keys pressed on a phone are kept by nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from conferences.addresses import mask_numbers
from conferences.audit import log as audit
from conferences.models import AuditEntry, Conference, Fact
from conferences.reconciliation import backfill
from dashboard.live import frames
from dashboard.live.viewer import Viewer
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.board_filter import BoardFilter
from tests.support.story import ANA, CUSTOMER, SUPPORT_NUMBER, Story, browser, poster
from tests.support.supervision_helpers import ask

pytestmark = pytest.mark.slow

DIGITS = CUSTOMER.removeprefix("+")
NAMES = [
    "{n}",
    "conf-{n}",
    "{n}_sales",
    "{n}-1732499999",
    "call_{d}",
    "inbound:{n}:{q}",
    "conf-sip:{n}@sip.telnyx.com",
    "tel:{n}",
    "{d}@pbx.example",
    "Queue 3 / {n} / Ana",
    "+1 415-555-0171",
    "+1 (415) 555-0171",
    "(415) 555-0171",
    "415.555.0171 waiting",
    "415-555-0171",
    "00{d}x",
    "{n}{n}",
    "número {n} ámbito",
    "[{n}]",
    "{n}\N{NO-BREAK SPACE}Ana",
]


def named(pattern: str) -> str:
    return pattern.format(n=CUSTOMER, d=DIGITS, q=SUPPORT_NUMBER)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def tells(text: str) -> bool:
    """Whether the customer's number can be read off a text: its last seven digits in one go, however they are set."""
    ungrouped = re.sub(r"(?<=\d)[\s().\-\u00a0]{1,3}(?=\d)", "", re.sub(r"<[^>]+>", "|", text))
    return DIGITS[-7:] in ungrouped


@pytest.fixture
def masked(marta: User) -> User:
    """Marta, who may not see customers' numbers."""
    marta.user_permissions.remove(Permission.objects.get(codename="view_customer_number"))
    return User.objects.get(pk=marta.pk)


@pytest.fixture
def auditor(db: None) -> User:
    """Who reads audit and admin, and may not see numbers."""
    user = User.objects.create_user("nora", password="a long enough password", is_staff=True)
    codenames = ["view_auditentry", "view_conference", "view_supervision", "view_participant"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def call(story: Story, name: str) -> Conference:
    world = story.simulator.conference_with((ANA,), customer=CUSTOMER, queue_number=SUPPORT_NUMBER, name=name)
    for _ in range(4):
        story.pass_time(2)
    return Conference.objects.get(conference_id=world.id)


@pytest.mark.parametrize("pattern", NAMES)
def test_no_page_of_a_supervisor_tells_it(story: Story, masked, directory, pattern):
    conference = call(story, named(pattern))
    assert conference.name == named(pattern)
    client = browser(masked)
    addresses = ["/", f"/conferences/{conference.pk}/", f"/conferences/{conference.pk}/supervise/"]
    addresses += [f"/conferences/{conference.pk}/hearing/", f"/conferences/{conference.pk}/hearing/?role=barge"]
    assert [one for one in addresses if tells(client.get(one).content.decode())] == []


@pytest.mark.parametrize("pattern", NAMES)
def test_no_frame_of_a_socket_tells_it(story: Story, masked, directory, pattern):
    conference = call(story, named(pattern))
    ask(masked, conference)
    viewer = Viewer(masked.pk, "", audience_of(masked), BoardFilter(), None, 0)
    frame = frames.changes_since(0).frame(viewer)
    assert frame is not None
    assert "Ana Ruiz" in frame
    assert not tells(json.loads(frame)["content"])
    assert not tells(frame)


@pytest.mark.parametrize("pattern", NAMES)
def test_no_list_of_admin_or_audit_tells_it(story: Story, marta, auditor, directory, pattern):
    conference = call(story, named(pattern))
    ask(marta, conference)
    audit.deny(audit.Attempt(marta, conference, "join", "barge", (), None), "Not now.")
    client = browser(auditor)
    addresses = ["/audit/", "/admin/conferences/conference/", f"/admin/conferences/conference/{conference.pk}/change/"]
    addresses += ["/admin/conferences/supervision/", "/admin/conferences/auditentry/"]
    answers = {one: client.get(one) for one in addresses}
    assert {one.status_code for one in answers.values()} == {200}
    assert [one for one, answer in answers.items() if tells(answer.content.decode())] == []


@pytest.mark.parametrize("pattern", NAMES)
def test_who_may_see_numbers_sees_the_unmasked_name(story: Story, marta, directory, pattern):
    call(story, named(pattern))
    page = browser(marta).get("/").content.decode()
    assert digits(named(pattern))[-7:] in digits(page)


# Searching and filtering say by finding.


GUESSES = [CUSTOMER, DIGITS, DIGITS[-7:], DIGITS[:7], "415-555", "5550171", "0171", "conf-+1415", "+1415555017"]


@pytest.mark.parametrize("guess", GUESSES)
def test_a_board_search_finds_only_what_its_reader_sees(story: Story, marta, masked, directory, guess):
    call(story, f"conf-{CUSTOMER}")
    found = "Ana Ruiz" in browser(masked).get("/", {"q": guess}).content.decode().partition('id="conferences"')[2]
    assert not found
    assert "Ana Ruiz" in browser(masked).get("/", {"q": "ana"}).content.decode().partition('id="conferences"')[2]


def audited(client: Client, about: str) -> str:
    """The lines of every action about calls of that name."""
    page = client.get("/audit/", {"show": "everything", "conference": about}).content.decode()
    return page.partition("<tbody>")[2]


@pytest.mark.parametrize("guess", GUESSES)
def test_the_audits_filter_finds_only_what_its_reader_sees(story: Story, marta, auditor, directory, guess):
    conference = call(story, f"conf-{CUSTOMER}")
    audit.deny(audit.Attempt(marta, conference, "join", "barge", (), None), "Not now.")
    client = browser(auditor)
    wrong = f"{guess[:-1]}{(int(guess[-1]) + 5) % 10}"
    assert audited(client, guess).count("<tr") == audited(client, wrong).count("<tr")
    assert "Marta" in audited(client, "conf")


def test_the_audit_itself_keeps_no_number(story: Story, auditor, marta, directory):
    """It outlives them: whoever may see numbers finds a call there by the rest of its name, or by its id."""
    conference = call(story, f"conf-{CUSTOMER}")
    audit.deny(audit.Attempt(marta, conference, "join", "barge", (), None), "Not now.")
    auditor.user_permissions.add(Permission.objects.get(codename="view_customer_number"))
    client = browser(User.objects.get(pk=auditor.pk))
    assert "Marta" not in audited(client, CUSTOMER)
    assert "Marta" in audited(client, "conf-")
    assert "Marta" in audited(client, conference.conference_id)


NUMBER = st.sampled_from([CUSTOMER, "+34600000001", "+442079460101", "+4915112345678"])
AROUND = st.text(alphabet="abcXYZ _:/.,;@[]()#", max_size=12)


@given(NUMBER, AROUND, AROUND)
@settings(max_examples=500, deadline=None)
def test_whatever_stands_around_a_number_it_is_masked(number, before, after):
    assert number.removeprefix("+") not in mask_numbers(f"{before}{number}{after}")


@given(NUMBER, AROUND, AROUND)
@settings(max_examples=200, deadline=None)
def test_and_without_its_plus_as_well(number, before, after):
    assert number.removeprefix("+") not in mask_numbers(f"{before}{number.removeprefix('+')}{after}")


@pytest.mark.parametrize(
    "text",
    [
        "Support 4711",
        "2026-11-22 10:00:00",
        "9f3c52aa-1b7e-4c52-9d3b-0f1e2d3c4b5a",
        "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg",
        "Error 90034",
        "Ana, Luis and 2 more",
        "3 of 12 (25 %)",
    ],
)
def test_what_is_no_number_stays_readable(text):
    assert mask_numbers(text) == text


# Keys pressed on a phone.


SECRET = "4929123412341234"
PRESSED = [
    ("call.dtmf.received", {"digit": "7"}),
    ("call.dtmf.received", {"digits": SECRET}),
    ("call.dtmf.received", {"nested": {"digit": "7", "list": [{"digits": SECRET}]}}),
    ("call.gather.ended", {"digits": SECRET, "status": "valid"}),
    ("call.gather.ended", {"digits": "", "status": "timeout"}),
    ("call.gather.ended", {"digits": int(SECRET), "status": "valid"}),
    ("call.gather.ended", {"digits": [SECRET], "status": "valid"}),
    ("call.gather.ended", {"tries": [{"digits": SECRET}], "status": "invalid"}),
]


def payload_of(story: Story) -> dict[str, Any]:
    leg = story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.pass_time()
    return {"call_control_id": leg.call_control_id, "from": CUSTOMER, "to": SUPPORT_NUMBER}


def stored() -> bytes:
    keys = Fact.objects.filter(event_type__in=("call.dtmf.received", "call.gather.ended"))
    return b"\n".join(bytes(one.body) for one in keys)


@pytest.mark.parametrize(("event_type", "pressed"), PRESSED)
def test_no_key_that_was_pressed_is_stored(story: Story, directory, event_type, pressed):
    data = {
        "record_type": "event", "event_type": event_type, "id": "11111111-2222-4333-8444-555555555555",
        "occurred_at": story.now().isoformat(), "payload": {**payload_of(story), **pressed},
    }  # fmt: skip
    body, headers = story.simulator.signed(data)
    assert poster(Client())(story.simulator.app.webhook_url, body, headers) == 200
    assert Fact.objects.filter(event_type=event_type).exists()
    kept = stored()
    assert (SECRET.encode() in kept, b'"digit' in kept) == (False, False)


@pytest.mark.parametrize("body", [
    b'{"data": {"event_type": "call.dtmf.received", "payload": {"digit": "7", "digits": "%s"}}' % SECRET.encode(),
    b'{"digits": "%s"}' % SECRET.encode(),
    b'{"data": {"digits":%s}, "broken": ' % SECRET.encode(),
])  # fmt: skip
def test_nor_by_the_letters_that_nobody_understood(story: Story, directory, body):
    """Signed, and no event: it is kept for people to look at, without the keys."""
    headers = story.simulator.key.headers(body, int(story.simulator.deliverer.signing_time()))
    poster(Client())(story.simulator.app.webhook_url, body, headers)
    everything = b"\n".join(bytes(one.body) for one in Fact.objects.all())
    assert SECRET.encode() not in everything


def test_no_pressed_key_is_stored_by_backfill(story: Story, directory):
    """The webhook was lost, and its event is read from the provider's list of events."""
    leg = story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.pass_time()
    story.simulator.faults.webhooks.drop_rate = 1.0
    story.simulator.world.legs.answer(leg)
    story.simulator.world.answering.presses(leg, "7")
    story.wait(120)
    backfill.run(story.now())
    assert b'"digit' not in stored()


def test_an_audit_entrys_name_is_masked_for_its_reader(story: Story, marta, auditor, directory):
    conference = call(story, f"conf-{CUSTOMER}")
    ask(marta, conference)
    audit.deny(audit.Attempt(marta, conference, "join", "barge", (), None), "Not now.")
    assert AuditEntry.objects.filter(detail__conference_name__startswith="conf-").exists()
    assert not AuditEntry.objects.filter(detail__conference_name__contains=CUSTOMER).exists()  # it outlives numbers
    assert not tells(browser(auditor).get("/audit/").content.decode())
