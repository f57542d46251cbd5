"""The directory in the admin: what is listed, and what is refused in words beside the field."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conferences import policy
from conferences.join_options import JoinOptions
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Supervisor, Team
from tests.support.story import ANA, CHEN, MOBILE, browser


def inline(prefix, rows, *, of=0):
    """The form fields of one inline: `rows` are dicts, the first `of` of them exist already."""
    management = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": of, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    fields = {f"{prefix}-{name}": value for name, value in management.items()}
    return fields | {f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}


def rows_of(owner, related, name):
    """The rows an owner's form shows, as the browser would send them back."""
    return [{"id": row.pk, name: str(getattr(row, name))} for row in getattr(owner, related).all()]


def change(client, row, fields):
    name = row._meta.model_name
    return client.post(reverse(f"admin:conferences_{name}_change", args=[row.pk]), fields)


def agent_form(agent, addresses, **fields):
    existing = sum("id" in row for row in addresses)
    return {"name": agent.name, "team": agent.team_id} | fields | inline("addresses", addresses, of=existing)


def queue_form(queue, numbers):
    existing = sum("id" in row for row in numbers)
    fields = {"name": queue.name, "team": queue.team_id, "beep_enabled": queue.beep_enabled}
    return fields | inline("numbers", numbers, of=existing) | inline("listening_policy", [])


def supervisor_form(supervisor, devices):
    existing = sum("id" in row for row in devices)
    teams = [team.pk for team in supervisor.teams.all()]
    return {"user": supervisor.user_id, "teams": teams} | inline("devices", devices, of=existing)


def inline_forms(response):
    formset = response.context["inline_admin_formsets"][0]
    return formset.formset.forms


def errors_of(response):
    """What is said beside the fields of the inline's forms."""
    return [dict(form.errors) for form in inline_forms(response)]


@pytest.fixture
def admin(cleo):
    return browser(cleo)


def listed(response):
    return list(response.context["cl"].result_list)


# --- Lists


def test_teams_are_listed_with_linked_counts(admin, directory, marta):
    page = admin.get(reverse("admin:conferences_team_changelist"))
    counts = {team.name: (team.queue_count, team.agent_count, team.supervisor_count) for team in listed(page)}
    assert counts == {"Sales": (1, 1, 0), "Support": (1, 2, 1)}
    link = f'<a href="/admin/conferences/agent/?team__id__exact={directory.support.pk}">2</a>'
    assert page.content.decode().count(link) == 1


def test_a_count_leads_to_the_agents_it_counts(admin, directory):
    page = admin.get(f"/admin/conferences/agent/?team__id__exact={directory.support.pk}")
    assert listed(page) == [directory.ana, directory.luis]


@pytest.mark.parametrize("typed", ["+14155550121", "+1 (415) 555-0121", "001 415 555 01 21", "555 01 21", "chen"])
def test_agents_are_found_by_name_and_any_number_spelling(admin, directory, typed):
    page = admin.get(reverse("admin:conferences_agent_changelist"), {"q": typed})
    assert listed(page) == [directory.chen]


@pytest.mark.parametrize("typed", ["Ana.Ruiz@Agents.Example", "SIP:ana.ruiz@agents.example;transport=tls", "ana.ruiz"])
def test_agents_are_found_by_any_sip_address_spelling(admin, directory, typed):
    page = admin.get(reverse("admin:conferences_agent_changelist"), {"q": typed})
    assert listed(page) == [directory.ana]


COLUMNS = ("monitor", "whisper", "barge")


def permit(user, how):
    permission = Permission.objects.get(codename="whisper_conference")
    if how == "group":
        group = Group.objects.create(name="Whisperers")
        group.permissions.add(permission)
        user.groups.add(group)
    elif how == "user":
        user.user_permissions.add(permission)
    User.objects.filter(pk=user.pk).update(is_superuser=how == "superuser", is_active=how != "inactive")


@pytest.mark.parametrize("how", ["group", "user", "superuser", "nothing", "inactive"])
def test_supervisors_are_listed_with_the_roles_their_permissions_give(admin, directory, ben, how):
    permit(ben, how)
    (row,) = listed(admin.get(reverse("admin:conferences_supervisor_changelist")))
    roles = [str(role) for role in policy.roles_of(User.objects.get(pk=ben.pk))]
    assert [role for role in COLUMNS if getattr(row, f"may_{role}")] == [role for role in roles if role in COLUMNS]


@pytest.mark.parametrize("how", ["superuser", "nothing"])
def test_supervisors_are_listed_with_whether_they_may_join_otherwise(admin, directory, ben, how):
    permit(ben, how)
    (row,) = listed(admin.get(reverse("admin:conferences_supervisor_changelist")))
    assert row.may_override == policy.may_override(User.objects.get(pk=ben.pk)) == (how == "superuser")


def three_more():
    for number in range(3):
        team = Team.objects.create(name=f"Team {number}")
        agent = Agent.objects.create(name=f"Agent {number}", team=team)
        AgentAddress.objects.create(agent=agent, address=f"+3460000100{number}")
        queue = Queue.objects.create(name=f"Queue {number}", team=team)
        QueueNumber.objects.create(queue=queue, number=f"+3491000100{number}")
        supervisor = Supervisor.objects.create(user=User.objects.create_user(f"supervisor{number}"))
        supervisor.teams.add(team)
        Device.objects.create(supervisor=supervisor, name="Desk", address=f"+3460000200{number}")


@pytest.mark.parametrize("kind", ["team", "queue", "agent", "supervisor"])
def test_a_longer_list_takes_no_more_queries(admin, directory, marta, kind):
    url = reverse(f"admin:conferences_{kind}_changelist")
    with CaptureQueriesContext(connection) as few:
        before = len(listed(admin.get(url)))
    three_more()
    with CaptureQueriesContext(connection) as many:
        after = len(listed(admin.get(url)))
    assert (after - before, len(many)) == (3, len(few))


# --- What is refused, beside the field and with what was typed


BAD = {
    "somebody": "Write a telephone number (+34 600 000 001), a SIP address (sip:ana@example.com), or a SIP user as the "
    "provider names it (gencredABC123, 1001).",
    "555 0188": "This telephone number lacks its area code; best write it with + and country code.",
    "anonymous": "That is what callers show who withhold their number; it is nobody's address.",
    "+34 600": "This telephone number has too few or too many digits for its country code.",
    "+34 600 000 001 ext. 7": "Leave the extension out: a call to this number would not reach it.",
}


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_address_is_explained_and_kept_as_typed(admin, directory, typed):
    rows = [*rows_of(directory.ana, "addresses", "address"), {"address": typed}]
    page = change(admin, directory.ana, agent_form(directory.ana, rows))
    assert errors_of(page) == [{}, {"address": [BAD[typed]]}]
    field = inline_forms(page)[1]["address"]
    assert (field.value(), directory.ana.addresses.count()) == (typed, 1)


def test_a_queue_number_must_be_a_number(admin, directory):
    rows = [*rows_of(directory.queue, "numbers", "number"), {"number": "sip:help@example.com"}]
    page = change(admin, directory.queue, queue_form(directory.queue, rows))
    assert errors_of(page) == [{}, {"number": ["Write a telephone number with + and country code."]}]


def test_one_address_in_two_spellings_is_called_a_duplicate(admin, directory):
    typed = [{"address": "+34 600 000 009"}, {"address": "+34-600-00-00-09"}]
    page = change(admin, directory.ana, agent_form(directory.ana, typed))
    assert errors_of(page) == [{}, {"address": ["This is written in two rows; one is enough."]}]
    assert [form["address"].value() for form in inline_forms(page)] == [row["address"] for row in typed]


@pytest.mark.parametrize("typed", ["+1 (415) 555-0102", "4155550102", "sip:+14155550102@sip.telnyx.com"])
def test_nobody_can_have_a_queues_number(admin, directory, ben, typed):
    taken = "+1 415-555-0102 belongs to the queue New business already. Take it away there first."
    page = change(admin, directory.ana, agent_form(directory.ana, [{"address": typed}]))
    assert errors_of(page) == [{"address": [taken]}]
    assert inline_forms(page)[0]["address"].value() == typed
    page = change(admin, ben.supervisor, supervisor_form(ben.supervisor, [{"name": "Desk", "address": typed}]))
    assert errors_of(page) == [{"address": [taken]}]


@pytest.mark.parametrize("typed", ["+1 415 555 0121", "sip:luis.ortega", "Marta@Supervisors.Example"])
def test_an_agent_may_share_a_phone(admin, directory, marta, typed):
    assert change(admin, directory.ana, agent_form(directory.ana, [{"address": typed}])).status_code == 302


def test_two_supervisors_cannot_share_a_device(admin, directory, marta, ben):
    page = change(
        admin,
        ben.supervisor,
        supervisor_form(ben.supervisor, [{"name": "Desk", "address": "Marta@Supervisors.Example"}]),
    )
    taken = "marta@supervisors.example belongs to the supervisor Marta Gil already. Take it away there first."
    assert errors_of(page) == [{"address": [taken]}]


@pytest.mark.parametrize("typed", [CHEN, MOBILE, "+14155550102"])
def test_a_queue_cannot_have_somebody_elses_number(admin, directory, marta, typed):
    page = change(admin, directory.queue, queue_form(directory.queue, [{"number": typed}]))
    (errors,) = errors_of(page)
    assert [sentence.endswith("already. Take it away there first.") for sentence in errors["number"]] == [True]


def test_two_addresses_cannot_be_swapped_in_one_step(admin, directory):
    AgentAddress.objects.create(agent=directory.ana, address="+34600000009")
    first, second = rows_of(directory.ana, "addresses", "address")
    first["address"], second["address"] = second["address"], first["address"]
    page = change(admin, directory.ana, agent_form(directory.ana, [first, second]))
    sentence = "This is in the directory already. To write it in another row, first take it away and save."
    assert errors_of(page) == [{"address": [sentence]}] * 2


def test_a_free_address_is_saved_in_its_normal_spelling(admin, directory):
    rows = [*rows_of(directory.ana, "addresses", "address"), {"address": "Ana.Ruiz@Elsewhere.Example;user=phone"}]
    page = change(admin, directory.ana, agent_form(directory.ana, rows))
    assert page.status_code == 302
    assert [str(one) for one in directory.ana.addresses.all()] == [
        "ana.ruiz@agents.example",
        "ana.ruiz@elsewhere.example",
    ]


def test_a_sip_user_with_and_without_host_may_coexist(admin, directory):
    rows = [*rows_of(directory.ana, "addresses", "address"), {"address": "sip:ana.ruiz"}]
    assert change(admin, directory.ana, agent_form(directory.ana, rows)).status_code == 302
    assert [one.address for one in directory.ana.addresses.all()] == ["sip:ana.ruiz", ANA]


def test_a_new_agent_is_added_with_addresses(admin, directory):
    fields = {"name": "Eva Sanz", "team": directory.sales.pk} | inline("addresses", [{"address": "+34 600 000 009"}])
    admin.post(reverse("admin:conferences_agent_add"), fields)
    assert [one.address for one in Agent.objects.get(name="Eva Sanz").addresses.all()] == ["+34600000009"]


def test_a_team_with_agents_is_not_deleted(admin, directory):
    admin.post(reverse("admin:conferences_team_delete", args=[directory.support.pk]), {"post": "yes"})
    assert Team.objects.filter(pk=directory.support.pk).exists()


def test_the_directory_is_closed_to_supervisors(directory, marta):
    assert browser(marta).get(reverse("admin:conferences_agent_changelist"), follow=True).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hold_media_name": "wait"}, "hold_media_name"),
        ({"hold": "on", "hold_audio_url": "https://elsewhere.example/a.mp3"}, "hold_audio_url"),
        ({"end_conference_on_exit": "on", "soft_end_conference_on_exit": "on"}, "soft_end_conference_on_exit"),
    ],
)
def test_an_invalid_policy_is_refused_beside_its_field(admin, directory, changes, field):
    page = change(admin, directory.queue, queue_form(directory.queue, []) | changes)
    assert list(page.context["adminform"].form.errors) == [field]


def test_every_part_of_a_queues_policy_can_be_edited(admin, directory):
    page = admin.get(reverse("admin:conferences_queue_change", args=[directory.queue.pk]))
    shown = set(page.context["adminform"].form.fields)
    limits = {f"{what}_{level}" for what in ("wait", "hold", "talk") for level in ("warn", "alarm")}
    assert shown == {"name", "team", "most_waiting", *limits, *(field.name for field in fields(JoinOptions))}
