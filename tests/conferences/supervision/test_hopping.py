"""From one call to the next on the same leg: out of the one for certain, then into the other, always as monitor."""

from __future__ import annotations

import pytest

from conferences.errors import NotPossible
from conferences.models import AuditEntry, Supervision
from conferences.supervision import requests
from conferences.supervision.requests import hopping
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, LUIS, SALES_NUMBER, browser
from tests.support.supervision_helpers import refuse

OTHER = "+14155550172"


@pytest.fixture
def two(story):
    return story.call(ANA, customer=CUSTOMER), story.call(LUIS, customer=OTHER)


def go(story, user, conference, *seconds):
    """Press Monitor on that call's row, and let time pass; return what her bar says at once."""
    page = browser(user).post(f"/conferences/{conference.pk}/hop/", headers={"HX-Request": "true"})
    for one in seconds or (1, 1):
        story.pass_time(one)
    return page.content.decode()


def stays(user):
    return list(Supervision.objects.filter(user=user).order_by("created_at"))


def where(story):
    """In which of the provider's conferences her phone is, and whether the phone is up."""
    leg = story.leg(DESK)
    return (leg.participant.conference.id if leg.participant else None, leg.state)


def test_she_goes_over_to_the_next_call_as_monitor(story, marta, two):
    (first, here), (second, there) = two
    story.supervise(marta, here, role="barge")
    before = len(story.simulator.commands)
    go(story, marta, there)
    left, joined = stays(marta)
    assert (left.state, left.problem, joined.state, joined.conference_id) == ("ended", "hopped", "joined", there.pk)
    assert (joined.accepted_role, joined.confirmation) == ("monitor", "agrees")
    assert [one.action for one in story.simulator.commands[before:]] == ["leave", "join"]
    assert (joined.call_control_id, joined.first_stay) == (left.call_control_id, left.pk)
    assert where(story) == (second.id, "answered")
    assert story.hear(first, story.leg(DESK)) == story.hear(second, story.leg(DESK)) == set()
    told = (
        AuditEntry.objects.filter(phase="outcome", intent__isnull=False, supervision__in=(left, joined))
        .order_by("pk")
        .values_list("action", "result")
    )
    assert list(told)[-2:] == [("leave", "ok"), ("join", "ok")]


def test_back_and_forth_and_the_last_leave_hangs_up(story, marta, two):
    (first, here), (_, there) = two
    story.supervise(marta, here)
    for conference in (there, here, there, here):
        go(story, marta, conference)
    assert [one.state for one in stays(marta)] == ["ended"] * 4 + ["joined"]
    assert where(story) == (first.id, "answered")
    last = stays(marta)[-1]
    browser(marta).post(f"/supervisions/{last.pk}/leave/")
    story.pass_time()
    assert (stays(marta)[-1].problem, where(story)) == ("left", (None, "ended"))
    assert len(story.commands("/calls")) == 1


def test_leave_on_the_old_bar_leaves_the_new_call(story, marta, two):
    (_, here), (_, there) = two
    mine = story.supervise(marta, here)
    go(story, marta, there)
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    story.pass_time()
    assert [one.problem for one in stays(marta)] == ["hopped", "left"]
    assert where(story) == (None, "ended")


def test_the_join_waits_until_she_is_told_out(story, marta, two):
    (first, here), (_, there) = two
    story.supervise(marta, here)
    story.simulator.faults.webhooks.paused = True
    said = go(story, marta, there, 0.2)
    assert "Going over" in said
    assert len(story.commands("/actions/join")) == 1
    story.simulator.faults.webhooks.paused = False
    story.pass_time()
    assert len(story.commands("/actions/join")) == 2
    assert first.id != where(story)[0]


def test_a_lost_word_of_her_leaving_is_read_back(story, marta, two):
    (_, here), (second, there) = two
    story.supervise(marta, here)
    story.simulator.faults.webhooks.events = r"conference\.participant\.left"
    story.simulator.faults.webhooks.drop_rate = 1.0
    go(story, marta, there, 1, 1, 1, 1)
    assert where(story) == (second.id, "answered")
    assert stays(marta)[-1].state == "joined"


@pytest.mark.parametrize(("kind", "works"), [("unavailable", False), ("hang", True), ("hang", False), ("reset", True)])
def test_a_leave_that_is_not_certain_hangs_up(story, marta, two, kind, works):
    (_, here), (_, there) = two
    story.supervise(marta, here)
    story.simulator.faults.webhooks.paused = True
    story.simulator.faults.add(kind, path="/actions/leave$", times=None, works=works)
    go(story, marta, there, 1)
    story.simulator.faults.webhooks.paused = False
    story.pass_time()
    (left,) = stays(marta)
    assert (left.state, left.problem, where(story)) == ("ended", "hop_uncertain", (None, "ended"))
    assert len(story.commands("/actions/join")) == 1
    assert "not certain that you were out" in browser(marta).get("/").content.decode()


def test_refused_join_leaves_her_in_silence_and_says_so(story, marta, two, settings):
    (first, here), (second, there) = two
    settings.BETWEEN_CALLS_SECS = 30
    story.supervise(marta, here)
    refuse(story, "join", "90032", "Full")
    go(story, marta, there)
    bar = browser(marta).get("/").content.decode()
    assert ("Between calls" in bar, "This conference is full" in bar, "Hang up" in bar) == (True, True, True)
    assert where(story) == (None, "answered")
    assert stays(marta)[-1].state == "between"
    go(story, marta, here)
    assert where(story) == (first.id, "answered")
    assert [one.state for one in stays(marta)] == ["ended", "failed", "joined"]
    refuse(story, "join", "90019", "Ended")
    go(story, marta, there)
    story.pass_time(31)
    story.pass_time(1)
    assert (where(story), stays(marta)[-1].state) == ((None, "ended"), "failed")
    assert second.participants[0].leg.state == "answered"


def test_hang_up_between_calls(story, marta, two):
    (_, here), (_, there) = two
    story.supervise(marta, here)
    refuse(story, "join", "90032", "Full")
    go(story, marta, there)
    between = stays(marta)[-1]
    browser(marta).post(f"/supervisions/{between.pk}/leave/")
    story.pass_time()
    assert (where(story), stays(marta)[-1].problem) == ((None, "ended"), "put_down")


def test_without_time_between_a_failed_join_hangs_up(story, marta, two, settings):
    (_, here), (_, there) = two
    settings.BETWEEN_CALLS_SECS = 0
    story.supervise(marta, here)
    refuse(story, "join", "90032", "Full")
    go(story, marta, there)
    assert where(story) == (None, "ended")


def test_refusals_leave_her_where_she_was(story, marta, two, directory):
    (first, here), (_, there) = two
    story.supervise(marta, here)
    story.simulator.world.conferences.complete(
        story.simulator.state.conferences[there.conference_id], "all_left", hang_up=True
    )
    story.pass_time()
    assert "This call has ended." in go(story, marta, there)
    _, foreign = story.call(CHEN, customer="+14155550179", queue=SALES_NUMBER)
    assert browser(marta).post(f"/conferences/{foreign.pk}/hop/").status_code == 404
    assert "You are in this call." in go(story, marta, here)
    assert where(story) == (first.id, "answered")
    denied = AuditEntry.objects.filter(result="denied").exclude(action="refuse").order_by("pk")
    assert [(one.action, one.note) for one in denied] == [
        ("join", "This call has ended."),
        ("join", "You are in this call."),
    ]


def test_nobody_hops_without_a_leg_that_is_in(story, marta, two):
    """Each is on record as denied, and nothing is sent, begun or ended by it."""
    (_, here), (_, there) = two

    def refused():
        before = (len(story.simulator.commands), list(Supervision.objects.values_list("pk", "state", "hop_to")))
        with pytest.raises(NotPossible) as error:
            hopping.hop(marta, there)
        assert (len(story.simulator.commands), list(Supervision.objects.values_list("pk", "state", "hop_to"))) == before
        return error.value.sentence

    assert refused() == hopping.NO_LINE
    story.simulator.phones.set("sip:marta@supervisors.example", "rings_out")
    mine = story.supervise(marta, here)
    assert refused() == hopping.NOT_YET
    requests.leave(mine)
    assert refused() in (hopping.LEAVING, hopping.NO_LINE)
    denied = AuditEntry.objects.filter(action="join", result="denied")
    assert denied.filter(detail__note__in=(hopping.NO_LINE, hopping.NOT_YET, hopping.LEAVING)).count() == 3


def test_a_right_lost_on_the_way_ends_it(story, marta, two):
    (_, here), (_, there) = two
    story.supervise(marta, here)
    story.simulator.faults.webhooks.paused = True
    go(story, marta, there, 0.2)
    marta.user_permissions.clear()
    story.simulator.faults.webhooks.paused = False
    story.pass_time()
    story.pass_time()
    assert where(story) == (None, "ended")
    assert stays(marta)[-1].problem == "withdrawn"
    assert len(story.commands("/actions/join")) == 1


def test_a_leg_that_goes_over_is_no_orphan(story, marta, two):
    (_, here), (second, there) = two
    story.supervise(marta, here)
    go(story, marta, there)
    for _ in range(4):
        story.pass_time(5)
    assert where(story) == (second.id, "answered")
    assert story.commands("/actions/hangup") == []


def test_an_earlier_stay_is_not_taken_for_this_one(story, marta, two):
    (_, here), (_, there) = two
    story.supervise(marta, here)
    story.let_our_clock_be_off(-1.5)  # too little to be noticed, and more than she is away from this call
    go(story, marta, there, 0.2, 0.2)
    story.simulator.faults.webhooks.events = r"conference\.participant\.joined"
    story.simulator.faults.webhooks.drop_rate = 1.0
    go(story, marta, here, 0.2, 0.2)
    go(story, marta, there, 0.2)
    assert [one.action for one in story.simulator.commands][-3:] == ["leave", "join", "leave"]


def test_the_form_of_another_call_offers_to_go_over(story, marta, two):
    (first, here), (_, there) = two
    story.supervise(marta, here)
    form = browser(marta).get(f"/conferences/{there.pk}/supervise/?role=whisper").content.decode()
    assert ("Go over to this call" in form, "Your phone" in form, "Start whispering" in form) == (True, True, False)
    assert "Go over to this call" not in browser(marta).get(f"/conferences/{here.pk}/supervise/").content.decode()
    assert browser(marta).post(f"/conferences/{there.pk}/hop/").status_code == 302
    story.pass_time()
    assert first.id != where(story)[0]
    assert stays(marta)[-1].state == "joined"
