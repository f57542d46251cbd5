"""Joining an agent's next call: the phone rings as it starts, once, for whoever may, until it is taken back."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django.utils.html import escape

from conferences.ingest.feed import latest
from conferences.models import AuditEntry, Follow, ListeningPolicy, Supervision
from dashboard.live import frames
from dashboard.live.connect import viewer_of
from tests.support.story import ANA, CHEN, DESK, LUIS, SALES_NUMBER, browser
from tests.support.supervision_helpers import refuse

OTHER = "+14155550172"


def follow(user, agent):
    return browser(user).post(f"/agents/{agent.pk}/follow/", headers={"HX-Request": "true"}).content.decode()


def pass_seconds(story, *seconds):
    for one in seconds:
        story.pass_time(one)


def phones_called(story):
    return len(story.simulator.legs_to(DESK))


def record():
    told = AuditEntry.objects.filter(action__in=("follow", "unfollow")).order_by("pk")
    return [(one.action, one.actor_name, one.note.partition(": ")[2]) for one in told]


def test_her_next_call_rings_the_supervisor_once(story, marta, directory):
    story.call(ANA)
    pass_seconds(story, 1)
    said = follow(marta, directory.ana)
    assert "When the next call of" in said
    pass_seconds(story, 5)
    story.call(LUIS, customer=OTHER)
    assert phones_called(story) == 0  # the call she is in is no next one, and another agent's is not hers
    _, call = story.call(ANA, customer="+14155550173")
    pass_seconds(story, 1, 1, 1)
    mine = Supervision.objects.get()
    assert (mine.conference_id, mine.state, mine.accepted_role) == (call.pk, "joined", "monitor")
    story.call(ANA, customer="+14155550174")
    pass_seconds(story, 1, 1)
    assert phones_called(story) == 1
    assert record()[1][0::2] == ("unfollow", "The next call has started.")
    assert record()[0][:2] == ("follow", "Marta Gil")
    assert AuditEntry.objects.filter(action="join", phase="intent", supervision=mine).count() == 1


def cancel(story, marta):
    browser(marta).post("/agents/unfollow/")


def lose_the_right(story, marta):
    marta.user_permissions.clear()


def lose_the_team(story, marta):
    marta.supervisor.teams.clear()


def lose_the_phone(story, marta):
    marta.supervisor.devices.all().delete()


def wait_too_long(story, marta):
    story.wait(31 * 60)


@pytest.mark.parametrize(
    ("over", "end"),
    [
        (cancel, "cancelled"),
        (lose_the_right, "withdrawn"),
        (lose_the_team, "withdrawn"),
        (lose_the_phone, "withdrawn"),
        (wait_too_long, "expired"),
    ],
)
def test_what_is_over_rings_nobody(story, marta, directory, over, end):
    follow(marta, directory.ana)
    over(story, marta)
    pass_seconds(story, 1)
    story.call(ANA)
    pass_seconds(story, 1, 1)
    assert (Follow.objects.get().end, phones_called(story)) == (end, 0)
    assert [one[0] for one in record()] == ["follow", "unfollow"]


def test_logging_out_ends_it(story, marta, directory):
    page = browser(marta)
    page.post(f"/agents/{directory.ana.pk}/follow/")
    page.post("/accounts/logout/")
    story.call(ANA)
    pass_seconds(story, 1, 1)
    assert (Follow.objects.get().end, phones_called(story)) == ("withdrawn", 0)


def test_she_is_not_called_out_of_another_call(story, marta, directory):
    _, call = story.call(LUIS)
    story.supervise(marta, call)
    follow(marta, directory.ana)
    story.call(ANA, customer=OTHER)
    pass_seconds(story, 20, 20)
    browser(marta).post(f"/supervisions/{Supervision.objects.get().pk}/leave/")
    pass_seconds(story, 1, 1)
    assert (phones_called(story), Follow.objects.get().ended_at) == (1, None)


def test_between_calls_she_goes_over(story, marta, directory):
    (_, here), (_, there) = story.call(LUIS), story.call(LUIS, customer=OTHER)
    story.supervise(marta, here)
    refuse(story, "join", "90032", "Full")
    browser(marta).post(f"/conferences/{there.pk}/hop/")
    pass_seconds(story, 1)
    follow(marta, directory.ana)
    _, call = story.call(ANA, customer="+14155550173")
    pass_seconds(story, 1, 1)
    mine = Supervision.objects.running().get()
    assert (mine.conference_id, mine.state, phones_called(story)) == (call.pk, "joined", 1)


def test_a_refusal_is_explained_until_it_is_read(story, marta, directory):
    follow(marta, directory.ana)
    since = latest()
    ListeningPolicy.objects.create(queue=directory.queue, monitor=False)
    story.call(ANA)
    pass_seconds(story, 1, 1)
    why = Follow.objects.get().told
    assert (Follow.objects.get().end, bool(why)) == ("refused", True)
    pushed = frames.changes_since(since).frame(viewer_of(marta, "", {"since": str(since)})) or ""
    said = "You no longer wait for the next call of"
    assert (said in pushed, said in browser(marta).get("/").content.decode()) == (True, True)
    assert escape(why) in browser(marta).get("/agents/").content.decode()
    cancel(story, marta)
    assert said not in browser(marta).get("/").content.decode()
    assert phones_called(story) == 0


def test_only_agents_of_her_teams_one_at_a_time(story, marta, directory):
    assert browser(marta).post(f"/agents/{directory.chen.pk}/follow/").status_code == 404
    follow(marta, directory.ana)
    follow(marta, directory.luis)
    assert [(one.agent, one.end) for one in Follow.objects.order_by("created_at")] == [
        (directory.ana, "cancelled"),
        (directory.luis, ""),
    ]
    marta.user_permissions.clear()
    assert "You may not join this agent" in follow(marta, directory.ana)
    story.call(CHEN, queue=SALES_NUMBER)
    assert Follow.objects.filter(ended_at=None, expires_at__gt=timezone.now()).count() == 0
