"""What is recorded of calls in the admin: read by those who may, changed by nobody, numbers masked."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conferences.admin.records.facts import printable
from conferences.admin.records.readonly import to_the_second
from conferences.ingest import inbox
from conferences.models import AuditEntry, Conference, Fact, Leg, Participant, Supervision
from conferences.wording.problems import problem_words
from tests.support.audit_trail import enter
from tests.support.story import ANA, CUSTOMER, PASSWORD, Story, browser

pytestmark = pytest.mark.slow

RECORDS = [AuditEntry, Conference, Fact, Leg, Participant, Supervision]
MASKED = "+1 ••• ••71"
AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)


def address(model, view, *args):
    return reverse(f"admin:conferences_{model._meta.model_name}_{view}", args=args)


def staff(*codenames):
    user = User.objects.create_user("dora", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return browser(user)


def viewer(model, *more):
    return staff(f"view_{model._meta.model_name}", *more)


@pytest.fixture
def recorded(story, marta):
    """A supervised call, so that there is a row of every kind."""
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    return conference


def shown(client, model):
    """Every word of the list and of each row's page."""
    urls = [address(model, "changelist"), *(address(model, "change", row.pk) for row in model.objects.all())]
    pages = [client.get(url) for url in urls]
    assert {page.status_code for page in pages} == {200}
    return "".join(page.content.decode() for page in pages)


@pytest.mark.parametrize("model", RECORDS)
def test_a_record_is_shown_to_whoever_may_view_it(recorded, model):
    reader = viewer(model)
    count = model.objects.count()  # to read the audit is itself on record
    page = reader.get(address(model, "changelist"))
    assert len(page.context["cl"].result_list) == count > 0


@pytest.mark.parametrize("model", RECORDS)
def test_a_record_is_not_shown_without_the_permission(recorded, model):
    assert staff("view_agent").get(address(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", RECORDS)
def test_nobody_adds_changes_or_deletes_a_record(recorded, cleo, model):
    client, row = browser(cleo), model.objects.first()
    before = list(model.objects.order_by("pk").values_list())
    answers = [
        client.post(address(model, "add"), {}),
        client.post(address(model, "change", row.pk), {"reason": "changed"}),
        client.post(address(model, "delete", row.pk), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    after = list(model.objects.order_by("pk").values_list())
    assert after[: len(before)] == before
    refused = [entry.action for entry in AuditEntry.objects.order_by("-pk")[:3]]
    assert (len(after) - len(before), refused) == (3 if model is AuditEntry else 0, ["refuse"] * 3)


@pytest.mark.parametrize("model", RECORDS)
def test_a_list_of_records_changes_none_of_them(cleo, model):
    """What runs may be ended, and what a mistake of ours kept from counting be tried again."""
    request = RequestFactory().get("/")
    request.user = cleo
    may = {Supervision: ["end_now"], Fact: ["apply_again"]}
    assert [*site.get_model_admin(model).get_actions(request)] == may.get(model, [])


@pytest.mark.parametrize("model", RECORDS)
def test_a_longer_list_takes_no_more_queries(story, marta, cleo, model):
    client, url = browser(cleo), address(model, "changelist")
    client.get(url)  # what is read for the first time is put on record
    counts = []
    for _ in range(2):
        _, conference = story.call(ANA)
        mine = story.supervise(marta, conference)
        story.simulator.world.conferences.end_by_command(story.simulator.state.conferences[conference.conference_id])
        story.pass_time()
        Supervision.objects.filter(pk=mine.pk).update(ended_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(url).context["cl"].result_list
        counts.append((len(rows), len(queries)))
    (few, queries_few), (many, queries_many) = counts
    assert (many > few, queries_many) == (True, queries_few)


def test_every_list_can_be_searched(db, cleo):
    client, searches = browser(cleo), ("Ana", "zzz", "+1 415")
    answers = [client.get(address(model, "changelist"), {"q": text}) for model in RECORDS for text in searches]
    assert {answer.status_code for answer in answers} == {200}


# --- Customers' numbers


@pytest.mark.parametrize("model", RECORDS)
def test_customer_numbers_are_hidden_without_the_permission(recorded, model):
    enter(at=AT, phase="outcome", action="dial", actor_name="M", provider_text=f"Bad: {CUSTOMER}", note=CUSTOMER)
    assert CUSTOMER[1:] not in re.sub(r"[^0-9A-Za-z]", "", shown(viewer(model), model))


@pytest.mark.parametrize(("model", "times"), [(Leg, 2), (Fact, 2)])
def test_numbers_are_shown_in_full_with_the_permission(recorded, model, times):
    assert shown(viewer(model, "view_customer_number"), model).count(CUSTOMER) >= times


def test_a_legs_number_is_masked_rather_than_missing(recorded):
    assert MASKED in shown(viewer(Leg), Leg)


@pytest.mark.parametrize(("more", "found"), [((), 0), (("view_customer_number",), 1)])
def test_searching_legs_by_number_needs_the_permission(recorded, more, found):
    page = viewer(Leg, *more).get(address(Leg, "changelist"), {"q": CUSTOMER})
    assert len(page.context["cl"].result_list) == found


@pytest.mark.parametrize(("more", "status"), [((), 400), (("view_customer_number",), 200)])
def test_a_url_typed_by_hand_reveals_no_number(recorded, more, status):
    urls = {Leg: "from_address__startswith=%2B1", Fact: "body__contains=1"}
    user = staff("view_leg", "view_fact", *more)
    assert [user.get(f"{address(model, 'changelist')}?{urls[model]}").status_code for model in urls] == [status] * 2


# --- Facts


def test_dead_letters_are_found_with_their_reason(db, cleo):
    inbox.receive(b"no json <script>", received_at=AT)
    client = browser(cleo)
    (fact,) = client.get(f"{address(Fact, 'changelist')}?outcome__exact=dead").context["cl"].result_list
    page = client.get(address(Fact, "change", fact.pk)).content.decode()
    assert (fact.reason, "not JSON" in page, "b&#x27;no json &lt;script&gt;&#x27;" in page) == ("not JSON", True, True)


@pytest.mark.parametrize(("family", "types"), [("call.", {"call.initiated"}), ("other", {""}), ("readback.", set())])
def test_facts_are_filtered_by_first_word_of_type(db, cleo, family, types):
    inbox.receive(b"no json", received_at=AT)
    inbox.record("call.initiated", {"call_control_id": "v3:1"}, source=Fact.Source.WEBHOOK, occurred_at=AT)
    page = browser(cleo).get(address(Fact, "changelist"), {"family": family})
    assert {fact.event_type for fact in page.context["cl"].result_list} == types


def test_a_list_of_facts_loads_no_bodies(recorded, cleo):
    with CaptureQueriesContext(connection) as queries:
        browser(cleo).get(address(Fact, "changelist"))
    assert [query["sql"] for query in queries if '"conferences_fact"."body"' in query["sql"]] == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"b":1,"a":["\xc3\xa9"]}', '{\n  "b": 1,\n  "a": [\n    "é"\n  ]\n}'),
        (b"\xff\x00", r"b'\xff\x00'"),
        ('"a\u202eb"'.encode(), r'"a\u202eb"'),
        (b"[" * 900 + b"]" * 900, repr(b"[" * 900 + b"]" * 900)),
        (b"x" * 30_000, "b'" + "x" * 19_998 + "\n… and 10003 characters more."),
    ],
)
def test_a_body_is_printed_safely(body, text):
    assert printable(body) == text


def test_a_conference_leads_to_its_facts(recorded, cleo):
    client = browser(cleo)
    page = client.get(address(Conference, "change", recorded.pk)).content.decode()
    (link,) = re.findall(r'href="([^"]+)">All facts', page)
    facts = client.get(link).context["cl"].result_list
    assert {fact.conference_id for fact in facts} == {recorded.conference_id}


# --- The door


def test_the_admin_names_itself_and_links_to_the_board(cleo):
    page = browser(cleo).get(reverse("admin:index")).content.decode()
    assert [page.count(text) for text in ("Earshot administration</a>", 'href="/">Back to the live board</a>')] == [
        1,
        1,
    ]


def test_the_admin_has_no_login_form_of_its_own(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.headers["Location"] == "/accounts/login/?next=/admin/login/%3Fnext%3D/admin/"


def test_staff_pass_the_admins_door_and_others_do_not(cleo, marta):
    passed = browser(cleo).get("/admin/login/?next=/admin/conferences/agent/")
    assert passed.headers["Location"] == "/admin/conferences/agent/"
    assert browser(marta).get("/admin/", follow=True).status_code == 403


def test_the_admins_door_leads_to_no_other_site(cleo):
    assert browser(cleo).get("/admin/login/?next=https://elsewhere.example/").headers["Location"] == "/admin/"


def test_supervisions_are_listed_by_time_with_why(story: Story, cleo, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="monitor")
    Supervision.objects.filter(pk=mine.pk).update(problem="left_alone")
    page = browser(cleo).get("/admin/conferences/supervision/?problem=left_alone")
    assert list(page.context["cl"].result_list) == [mine]
    html = page.content.decode()
    assert f">{to_the_second(mine.created_at)}</a>" in html
    assert html.count(problem_words("left_alone")) == 2  # in the filter and in the row
