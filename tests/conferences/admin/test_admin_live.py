"""A change of the directory reaches the calls that are live at once, and no others."""

from __future__ import annotations

import pytest
from django.urls import reverse

from conferences.ingest import feed
from conferences.models import Agent, AgentAddress, Conference, Device, Leg, QueueNumber
from tests.support.story import ANA, CUSTOMER, SUPPORT_NUMBER, browser

NEW = "+34600000009"  # nobody's yet


@pytest.fixture
def admin(directory, cleo):
    return browser(cleo)


@pytest.fixture
def call(directory, story):
    """A customer with Ana, answered by the Helpdesk."""
    return story.call(ANA)[1]


# Queues and teams may say how they are listened to; these say nothing.
NO_POLICY = {"listening_policy-TOTAL_FORMS": 0, "listening_policy-INITIAL_FORMS": 0}


def send(client, row, fields):
    """Post an owner's own fields and one inline with its rows, as its form would."""
    name, prefix = row._meta.model_name, {"agent": "addresses", "queue": "numbers", "supervisor": "devices"}
    own, rows = fields
    inline = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": sum("id" in one for one in rows)}
    posted = NO_POLICY | {f"{prefix[name]}-{key}": value for key, value in inline.items()}
    for place, one in enumerate(rows):
        posted |= {f"{prefix[name]}-{place}-{key}": value for key, value in one.items()}
    response = client.post(reverse(f"admin:conferences_{name}_change", args=[row.pk]), own | posted)
    assert response.status_code == 302, response.content.decode()


def kinds(conference):
    legs = Leg.objects.filter(participants__conference=conference)
    return {leg.far_address: (leg.kind, str(leg.agent or "")) for leg in legs}


def moved(conference):
    """Whether the screens are to show something new of it since last asked."""
    before, conference.feed = conference.feed, Conference.objects.get(pk=conference.pk).feed
    return conference.feed > before


def agent_rows(agent, **changes):
    return [{"id": one.pk, "address": one.address} | changes for one in agent.addresses.all()]


def own(agent, **changes):
    return {"name": agent.name, "team": agent.team_id} | changes


def test_an_added_address_makes_a_live_leg_an_agents(admin, directory, story):
    _, call = story.call(NEW)
    before = kinds(call)
    send(admin, directory.luis, (own(directory.luis), [*agent_rows(directory.luis), {"address": "+34 600 000 009"}]))
    customer = {CUSTOMER: ("customer", "")}
    assert (before, kinds(call)) == (customer | {NEW: ("customer", "")}, customer | {NEW: ("agent", "Luis Ortega")})
    assert moved(call)


def test_a_removed_address_leaves_nobodys_whisper_target(admin, directory, call):
    send(admin, directory.ana, (own(directory.ana), agent_rows(directory.ana, DELETE="on")))
    assert kinds(call)[ANA] == ("customer", "")
    assert moved(call)


def test_an_address_moved_between_agents_takes_its_live_leg(admin, directory, call):
    send(admin, directory.ana, (own(directory.ana), agent_rows(directory.ana, DELETE="on")))
    send(admin, directory.luis, (own(directory.luis), [*agent_rows(directory.luis), {"address": ANA}]))
    assert kinds(call)[ANA] == ("agent", "Luis Ortega")


def test_a_deleted_agents_leg_is_no_agents_any_more(admin, directory, call):
    admin.post(reverse("admin:conferences_agent_delete", args=[directory.ana.pk]), {"post": "yes"})
    assert kinds(call)[ANA] == ("customer", "")
    assert moved(call)


def test_agents_deleted_from_the_list_count_too(admin, directory, call):
    fields = {"action": "delete_selected", "_selected_action": [directory.ana.pk], "post": "yes"}
    admin.post(reverse("admin:conferences_agent_changelist"), fields)
    assert (Agent.objects.filter(name="Ana Ruiz").exists(), kinds(call)[ANA]) == (False, ("customer", ""))
    assert moved(call)


def test_a_new_device_makes_a_live_leg_a_supervisors(admin, directory, story, ben):
    _, call = story.call(NEW)
    send(admin, ben.supervisor, ({"user": ben.pk, "teams": [directory.sales.pk]}, [{"name": "Mobile", "address": NEW}]))
    assert (kinds(call)[NEW], moved(call)) == (("supervisor", ""), True)


def test_an_added_number_gives_a_live_call_its_queue(admin, directory, story):
    QueueNumber.objects.all().delete()
    _, conference = story.call(ANA)
    queue = directory.queue
    fields = {"name": queue.name, "team": queue.team_id, "beep_enabled": queue.beep_enabled}
    send(admin, queue, (fields, [{"number": SUPPORT_NUMBER}]))
    assert str(Conference.objects.get(pk=conference.pk).queue) == "Helpdesk"
    assert moved(conference)


@pytest.mark.parametrize("name", ["agent", "queue", "team"])
def test_a_new_name_is_shown_at_once(admin, directory, call, name):
    row = {"agent": directory.ana, "queue": directory.queue, "team": directory.support}[name]
    page = admin.get(reverse(f"admin:conferences_{name}_change", args=[row.pk]))
    initial = page.context["adminform"].form.initial
    fields = {field: value for field, value in initial.items() if value is not None} | {"name": "Renamed"}
    prefix = {"agent": "addresses-", "queue": "numbers-", "team": "-"}[name]
    fields |= NO_POLICY | {f"{prefix}TOTAL_FORMS": 0, f"{prefix}INITIAL_FORMS": 0}
    admin.post(reverse(f"admin:conferences_{name}_change", args=[row.pk]), fields)
    assert (type(row).objects.get(pk=row.pk).name, moved(call)) == ("Renamed", True)


def test_an_agent_changing_team_is_shown_there_at_once(admin, directory, call):
    send(admin, directory.ana, (own(directory.ana, team=directory.sales.pk), agent_rows(directory.ana)))
    assert moved(call)


def test_a_deleted_queue_is_gone_from_its_live_calls(admin, directory, call):
    admin.post(reverse("admin:conferences_queue_delete", args=[directory.queue.pk]), {"post": "yes"})
    assert (Conference.objects.get(pk=call.pk).queue, moved(call)) == (None, True)


def test_what_changes_nothing_shown_moves_no_call(admin, directory, call):
    before = feed.latest()
    send(admin, directory.luis, (own(directory.luis), [*agent_rows(directory.luis), {"address": "+34 600 000 009"}]))
    assert (AgentAddress.objects.filter(agent=directory.luis).count(), feed.latest()) == (2, before)


def test_a_call_that_is_over_stays_as_it_was(admin, directory, story, call):
    story.simulator.world.conferences.end_by_command(story.simulator.state.conferences[call.conference_id])
    for _ in range(3):
        story.pass_time()
    was, before = kinds(call), feed.latest()
    send(admin, directory.ana, (own(directory.ana), agent_rows(directory.ana, DELETE="on")))
    assert (kinds(call), feed.latest()) == (was, before)


def test_a_refused_form_changes_nothing(admin, directory, call, ben):
    fields = own(directory.ana) | {"addresses-TOTAL_FORMS": 1, "addresses-INITIAL_FORMS": 0}
    page = admin.post(
        reverse("admin:conferences_agent_change", args=[directory.ana.pk]),
        fields | {"addresses-0-address": "nobody's form"},
    )
    assert page.status_code == 200
    assert Device.objects.count() == 1
    assert moved(call) is False


def test_another_limit_reaches_the_queues_live_calls(admin, directory, call):
    numbers = [{"id": one.pk, "number": one.number} for one in directory.queue.numbers.all()]
    own_fields = {"name": "Helpdesk", "team": directory.queue.team_id, "beep_enabled": "never"}
    send(
        admin,
        directory.queue,
        (own_fields | {"wait_warn": "20", "wait_alarm": "45", "hold_warn": "", "hold_alarm": ""}, numbers),
    )
    assert moved(call)
    directory.queue.refresh_from_db()
    assert (directory.queue.wait_warn, directory.queue.wait_alarm, directory.queue.hold_warn) == (20, 45, None)

    address = reverse("admin:conferences_queue_change", args=[directory.queue.pk])
    posted = own_fields | NO_POLICY
    posted |= {"wait_warn": "20", "wait_alarm": "20", "numbers-TOTAL_FORMS": 0, "numbers-INITIAL_FORMS": 0}
    assert "The alarm comes later than the attention." in admin.post(address, posted).content.decode()
