"""How a supervisor joins besides the role: the queue's policy, permitted overrides, and what is never sent."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError

from conferences.join_options import ENDS_CONFERENCE, ENDS_FOR_ALL, JoinOptions
from conferences.models import AuditEntry, Queue, Supervision, Team
from tests.support.story import ANA, CUSTOMER, Story, browser

pytestmark = pytest.mark.slow

GOOD_AUDIO = "https://media.example.com/hold.mp3"


def permit(user):
    user.user_permissions.add(Permission.objects.get(codename="override_join_policy"))
    return User.objects.get(pk=user.pk)


def supervise(story, user, conference, **values):
    form = {"role": "monitor", "my_leg": f"device:{user.supervisor.devices.first().pk}", "token": str(uuid.uuid4())}
    response = browser(user).post(f"/conferences/{conference.pk}/supervise/", form | values)
    for _ in range(6):
        story.pass_time()
    return response


def errors(response):
    return {name: list(sentences) for name, sentences in response.context["form"].errors.items()}


def join_body(story):
    return story.commands("/actions/join")[-1].body


def test_by_default_nothing_is_heard_and_leaving_ends_nothing(story: Story, marta):
    _, conference = story.call(ANA)
    supervise(story, marta, conference)
    body = join_body(story)
    assert (body["beep_enabled"], body["end_conference_on_exit"], body["soft_end_conference_on_exit"]) == (
        "never", False, False,
    )  # fmt: skip
    assert {"hold", "region", "hold_audio_url", "hold_media_name"} & set(body) == set()
    assert body["mute"] is True  # who only listens is muted


def test_the_queues_policy_is_what_is_sent(story: Story, marta, directory):
    policy = {
        "beep_enabled": "on_enter",
        "region": "Middle East",
        "mute": True,
        "hold": True,
        "hold_media_name": "wait",
    }
    Queue.objects.filter(pk=directory.queue.pk).update(**policy, start_conference_on_enter=True)
    world, conference = story.call(ANA)
    world.region = "Middle East"  # else it would be joined where it is
    supervise(story, marta, conference)
    body = join_body(story)
    assert {name: body[name] for name in policy} == policy
    assert body["start_conference_on_enter"] is True


def test_leave_and_update_carry_the_policys_beep_and_region(story: Story, marta, directory):
    Queue.objects.filter(pk=directory.queue.pk).update(beep_enabled="on_exit")
    _, conference = story.call(ANA)
    supervise(story, marta, conference)
    mine = Supervision.objects.get()
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    assert story.commands("/actions/leave")[-1].body["beep_enabled"] == "on_exit"
    assert "region" not in story.commands("/actions/update")[-1].body


def test_more_options_are_for_those_permitted(story: Story, marta):
    _, conference = story.call(ANA)
    address = f"/conferences/{conference.pk}/supervise/"
    before = browser(marta).get(address).content.decode()
    after = browser(permit(marta)).get(address).content.decode()
    assert ["More options" in page for page in (before, after)] == [False, True]


def test_options_sent_without_the_permission_are_not_used(story: Story, marta):
    _, conference = story.call(ANA)
    supervise(story, marta, conference, beep_enabled="always", end_conference_on_exit="on")
    assert (join_body(story)["beep_enabled"], join_body(story)["end_conference_on_exit"]) == ("never", False)


@pytest.mark.parametrize("beep", ["always", "never", "on_enter", "on_exit"])
def test_a_permitted_override_is_sent(story: Story, marta, beep):
    _, conference = story.call(ANA)
    supervise(story, permit(marta), conference, beep_enabled=beep, mute="on")
    assert (join_body(story)["beep_enabled"], join_body(story)["mute"]) == (beep, True)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"hold_media_name": "wait"}, "hold_media_name", "Hold music is only played to someone who is put on hold."),
        ({"region": "Mars"}, "region", "Select a valid choice. Mars is not one of the available choices."),
        ({"beep_enabled": "loud"}, "beep_enabled", "Select a valid choice. loud is not one of the available choices."),
        ({"end_conference_on_exit": "on", "soft_end_conference_on_exit": "on"}, "soft_end_conference_on_exit",
         "Leaving either hangs everyone up or ends the conference, not both."),
    ],
)  # fmt: skip
def test_a_bad_option_gets_its_sentence_beside_its_field(story: Story, marta, values, field, sentence):
    _, conference = story.call(ANA)
    response = supervise(story, permit(marta), conference, **({"beep_enabled": "never"} | values))
    assert errors(response) == {field: [sentence]}
    assert story.simulator.commands == []


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        (GOOD_AUDIO, True),
        ("http://media.example.com/hold.mp3", False),
        ("https://media.example.com@evil.example/x", False),
        ("https://user:secret@media.example.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://2130706433/x", False),
        ("https://[::ffff:127.0.0.1]/x", False),
        ("https://media.example.com.evil.example/x", False),
        ("https://media.example.com:8443/x", False),
        ("https://MEDIA.example.com./x", False),
        ("https://media.example.com\\@evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_hold_audio_comes_only_from_allowed_places(story: Story, marta, settings, address, accepted):
    settings.HOLD_AUDIO_ALLOWED_ORIGINS = ["https://media.example.com"]
    _, conference = story.call(ANA)
    response = supervise(story, permit(marta), conference, beep_enabled="never", hold="on", hold_audio_url=address)
    assert (response.status_code == 302, bool(story.commands("/actions/join"))) == (accepted, accepted)


def test_address_field_is_absent_when_no_place_is_allowed(story: Story, marta, settings):
    _, conference = story.call(ANA)
    pages = []
    for allowed in ([], ["https://media.example.com"]):
        settings.HOLD_AUDIO_ALLOWED_ORIGINS = allowed
        pages.append(browser(permit(marta)).get(f"/conferences/{conference.pk}/supervise/").content.decode())
    assert ["hold_audio_url" in page for page in pages] == [False, True]


def test_plain_participant_is_recorded_so_and_heard_by_all(story: Story, marta):
    world, conference = story.call(ANA)
    supervise(story, permit(marta), conference, role="none", beep_enabled="never")
    mine = Supervision.objects.get()
    assert (join_body(story)["supervisor_role"], mine.accepted_role) == ("none", "none")
    assert AuditEntry.objects.filter(action="join", role="none").count() == 2
    heard = story.hear(world, story.simulator.state.legs[mine.call_control_id])
    assert heard == {story.leg(ANA).call_control_id, story.leg(CUSTOMER).call_control_id}


def test_plain_participant_needs_the_right_to_barge(story: Story, ben):
    ben.supervisor.teams.set(Team.objects.all())
    _, conference = story.call(ANA)
    response = supervise(story, permit(ben), conference, role="none", beep_enabled="never")
    assert errors(response)["role"] == ["You may not join as a plain participant; ask your administrator."]


def test_queue_that_ends_calls_warns_before_and_while_supervising(story: Story, marta, directory):
    Queue.objects.filter(pk=directory.queue.pk).update(end_conference_on_exit=True)
    _, conference = story.call(ANA)
    form = browser(marta).get(f"/conferences/{conference.pk}/supervise/").content.decode()
    supervise(story, marta, conference)
    panel = browser(marta).get("/").content.decode()
    assert [ENDS_FOR_ALL in page for page in (form, panel)] == [True, True]
    assert join_body(story)["end_conference_on_exit"] is True


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        (JoinOptions(), ""),
        (JoinOptions(end_conference_on_exit=True), ENDS_FOR_ALL),
        (JoinOptions(soft_end_conference_on_exit=True), ENDS_CONFERENCE),
    ],
)
def test_the_warning_names_the_consequence(options, warning):
    assert options.warning == warning


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hold_media_name": "wait"}, "hold_media_name"),
        ({"hold": True, "hold_audio_url": GOOD_AUDIO}, "hold_audio_url"),
        ({"hold": True, "hold_audio_url": GOOD_AUDIO, "hold_media_name": "wait"}, "hold_media_name"),
        ({"end_conference_on_exit": True, "soft_end_conference_on_exit": True}, "soft_end_conference_on_exit"),
    ],
)
def test_admin_refuses_a_policy_that_cannot_be_sent(directory, values, field):
    for name, value in values.items():
        setattr(directory.queue, name, value)
    with pytest.raises(ValidationError) as refused:
        directory.queue.full_clean()
    assert set(refused.value.message_dict) == {field}


def test_stored_options_are_read_back_equal():
    options = JoinOptions(mute=True, hold=True, hold_media_name="wait", beep_enabled="always", region="Europe")
    assert JoinOptions.read(options.stored()) == options
