"""What a read-back contradicts: believed when seen twice, at once where it makes us quieter, marked on the row."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from conferences.ingest import readback_notes
from conferences.models import Conference, Participant
from conferences.reconciliation import readback
from tests.support.story import ANA, LUIS, Story, browser


@pytest.fixture
def lossy(story: Story, directory: object) -> Story:
    story.call(ANA, LUIS)
    for _ in range(8):
        story.pass_time()
    story.simulator.faults.webhooks.drop_rate = 1.0
    return story


def look(story, seconds):
    story.pass_time(seconds)
    readback.read_back(Conference.objects.get(), patient=True)


def present():
    stays = Participant.objects.filter(state="joined", leg__kind="agent")
    return set(stays.values_list("leg__agent__name", flat=True))


def test_one_sighting_of_a_difference_changes_nothing(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    assert (present(), len(Conference.objects.get().doubts)) == ({"Ana Ruiz", "Luis Ortega"}, 1)


def test_two_sightings_ten_seconds_apart_make_it_a_fact(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 9)
    still = present()
    look(lossy, 2)
    assert (still, present()) == ({"Ana Ruiz", "Luis Ortega"}, {"Ana Ruiz"})


def test_a_difference_gone_at_the_second_sighting_is_forgotten(lossy: Story, marta):
    lossy.simulator.world.participation.hold([lossy.leg(LUIS).participant])
    look(lossy, 5)
    lossy.simulator.world.participation.hold([lossy.leg(LUIS).participant], held=False)
    look(lossy, 11)
    assert (Conference.objects.get().doubts, Conference.objects.get().drift) == ({}, "")


def test_what_makes_a_supervisor_quieter_is_believed_at_once(lossy: Story, marta):
    lossy.simulator.faults.webhooks.drop_rate = 0.0
    mine = lossy.supervise(marta, Conference.objects.get(), role="whisper", to=(LUIS,))
    lossy.simulator.faults.webhooks.drop_rate = 1.0
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    lossy.pass_time()
    mine.refresh_from_db()
    assert (present(), mine.accepted_role) == ({"Ana Ruiz"}, "monitor")


def test_doubts_are_looked_at_again_soon(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    soon = [bool(readback.due(Conference.objects.get().polled_at + readback.SEEN_AGAIN * part)) for part in (0.5, 1.1)]
    assert soon == [False, True]


def test_the_row_tells_a_repair_until_checked_again(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 11)
    conference = Conference.objects.get()
    marked = browser(marta).get("/").content.decode()
    browser(marta).post(f"/conferences/{conference.pk}/recheck/")
    after = browser(marta).get("/").content.decode()
    assert ["Luis Ortega has left" in page for page in (marked, after)] == [True, False]


def test_the_mark_says_which_side_was_taken_and_when(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 11)
    page = browser(marta).get("/").content.decode()
    mark = " ".join(re.sub(r"<[^>]+>", "", page.partition('class="drift"')[2].partition("</p>")[0]).split())
    at = timezone.localtime(Conference.objects.get().drift_at)
    assert mark.endswith(f"At {at:%H:%M:%S} Telnyx told us, late: Luis Ortega has left.")


def test_checking_from_the_board_stays_and_failure_keeps_marks(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 11)
    address = f"/conferences/{Conference.objects.get().pk}/recheck/"
    lossy.simulator.faults.add("unavailable", method="GET", times=2)
    answers = []
    for _ in range(2):
        status = browser(marta).post(address, headers={"HX-Request": "true"}).status_code
        answers.append((status, bool(Conference.objects.get().drift)))
    assert answers == [(503, True), (204, False)]


def test_a_hold_without_webhook_is_learned_without_a_mark(lossy: Story, marta):
    lossy.simulator.world.participation.hold([lossy.leg(LUIS).participant])
    look(lossy, 5)
    look(lossy, 11)
    held = Participant.objects.get(leg__call_control_id=lossy.leg(LUIS).call_control_id).on_hold
    assert (held, Conference.objects.get().drift) == (True, "")


def test_a_supervisors_own_leg_muted_elsewhere_is_drift(lossy: Story, marta):
    lossy.simulator.faults.webhooks.drop_rate = 0.0
    mine = lossy.supervise(marta, Conference.objects.get(), role="barge")
    for _ in range(6):
        lossy.pass_time()
    look(lossy, 5)
    lossy.simulator.world.participation.mute([lossy.simulator.state.legs[mine.call_control_id].participant])
    look(lossy, 5)
    look(lossy, 11)
    assert Conference.objects.get().drift == "Marta Gil is muted"


def test_checking_again_reads_back_at_once(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    lossy.pass_time(5)
    response = browser(marta).post(f"/conferences/{Conference.objects.get().pk}/recheck/")
    assert (response.status_code, present()) == (302, {"Ana Ruiz"})


def test_checking_again_needs_the_right_to_see_the_call(lossy: Story, ben):
    assert browser(ben).post(f"/conferences/{Conference.objects.get().pk}/recheck/").status_code == 404


def test_a_provider_that_is_away_is_said_so(lossy: Story, marta):
    lossy.simulator.faults.add("unavailable", method="GET", times=None)
    address = f"/conferences/{Conference.objects.get().pk}/recheck/"
    page = browser(marta).post(address, follow=True).content.decode()
    assert "could not be asked" in page


def test_ninety_seconds_repair_what_webhooks_lost(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    for _ in range(45):
        lossy.pass_time(2)
        for conference in readback.due(lossy.now()):
            if readback_notes.claim_reading(conference, lossy.now()):
                readback.read_back(conference, patient=True)
    assert present() == {"Ana Ruiz"}


def test_the_mark_goes_with_the_next_look_that_agrees(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 11)
    marked = [bool(Conference.objects.get().drift)]
    for seconds in (5, 10, 10):
        look(lossy, seconds)
        marked.append(bool(Conference.objects.get().drift))
    assert marked == [True, True, True, False]


def test_a_later_repair_is_marked_anew(lossy: Story, marta):
    lossy.simulator.far_end_hangs_up(lossy.leg(LUIS))
    look(lossy, 5)
    look(lossy, 11)
    lossy.wait(25)
    lossy.simulator.far_end_hangs_up(lossy.leg(ANA))
    look(lossy, 5)
    look(lossy, 11)
    assert "Ana Ruiz has left" in Conference.objects.get().drift
