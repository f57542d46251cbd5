"""No machine is joined: whoever answers a supervisor's phone, and by whatever it is made sure of a person."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest

from conferences.models import AuditEntry, Fact, Supervision
from tests.support.markup import on_one_line
from tests.support.story import ANA, DESK, MOBILE, browser

pytestmark = pytest.mark.slow

ROLES = ["monitor", "whisper", "barge"]


class Watch:
    """Marta supervises Ana's call from one phone, and every second somebody looks who hears whom."""

    def __init__(self, story, marta, address=MOBILE, check=""):
        self.story, self.marta, self.address = story, marta, address
        self.device = marta.supervisor.devices.get(address=address)
        self.device.answer_check = check
        self.device.full_clean()
        self.device.save()
        self.world, self.conference = story.call(ANA)
        self.heard = False
        self.joined_after = None
        self.panels = []

    def begin(self, role="barge"):
        form = {"role": role, "my_leg": f"device:{self.device.pk}", "token": str(uuid.uuid4())}
        form["targets"] = [self.story.leg(ANA).call_control_id] if role == "whisper" else []
        response = browser(self.marta).post(f"/conferences/{self.conference.pk}/supervise/", form)
        assert response.status_code == 302, response.content.decode()
        return self

    def run(self, seconds=60, step=1.0, until=lambda mine: False):
        passed = 0.0
        while passed < seconds and not until(self.mine):
            self.story.pass_time(step)
            passed += step
            self.look(passed)
        return self

    def look(self, passed):
        legs = self.story.simulator.legs_to(self.address)
        heard_by = self.story.simulator.heard_by(self.world)
        keys = {leg.call_control_id for leg in legs}
        inside = any(leg.participant for leg in legs)
        self.heard |= inside or any(keys & speakers for speakers in heard_by.values())
        self.heard |= any(heard_by.get(key) for key in keys)
        if inside and self.joined_after is None:
            self.joined_after = passed
        if not self.panels or self.panels[-1] != self.panel:
            self.panels.append(self.panel)

    @property
    def mine(self):
        return Supervision.objects.get()

    @property
    def leg(self):
        return self.story.leg(self.address)

    @property
    def panel(self):
        page = on_one_line(browser(self.marta).get("/").content.decode())
        section = page[page.index('<section id="supervision"') :].partition("</section>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split())


OUTCOMES = [
    # device, check, who answers, and what comes of it: "" for joined
    (MOBILE, "", "answers", ""),
    (MOBILE, "press_1", "answers", ""),
    (MOBILE, "press_1", "late_key", ""),
    (MOBILE, "press_1", "unclear", ""),
    (MOBILE, "press_1", "screener_then_person", ""),
    (MOBILE, "press_1", "wrong_key", "wrong_key"),
    (MOBILE, "press_1", "no_key", "no_key"),
    (MOBILE, "press_1", "silence", "no_key"),
    (MOBILE, "press_1", "fax", "fax"),
    (MOBILE, "", "voicemail", "voicemail"),
    (MOBILE, "press_1", "screener", "screener"),
    (MOBILE, "press_1", "screener_then_voicemail", "voicemail"),
    (MOBILE, "detect", "answers", ""),
    (MOBILE, "detect", "no_key", ""),
    (MOBILE, "detect", "unclear", ""),
    (MOBILE, "detect", "screener_then_person", ""),
    (MOBILE, "detect", "silence", "no_key"),
    (MOBILE, "detect", "fax", "fax"),
    (MOBILE, "detect", "voicemail", "voicemail"),
    (MOBILE, "detect", "screener", "screener"),
    (MOBILE, "detect", "screener_then_voicemail", "voicemail"),
    (MOBILE, "trust", "no_key", ""),
    (DESK, "", "no_key", ""),
    (DESK, "trust", "no_key", ""),
    (DESK, "press_1", "answers", ""),
    (DESK, "press_1", "voicemail", "no_key"),
    (DESK, "press_1", "no_key", "no_key"),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", OUTCOMES, ids=" ".join)
def test_only_persons_are_joined_hear_or_are_heard(story, marta, case, role):
    address, check, who, problem = case
    story.simulator.phones.set(address, who)
    watch = Watch(story, marta, address, check).begin(role)
    watch.run(75, until=lambda mine: mine.ended_at or mine.confirmed_at)
    mine = watch.mine
    if problem:
        assert (mine.state, mine.problem, watch.heard) == ("failed", problem, False), watch.panels
        assert (watch.leg.state, story.commands("/actions/join")) == ("ended", [])
    else:
        assert (mine.state, mine.confirmation, mine.confirmed_role) == ("joined", "agrees", role), watch.panels
        assert watch.heard


WORDS = {
    "voicemail": "Your Mobile was answered by a voicemail, so it was hung up. Nothing of the call was heard.",
    "fax": "Your Mobile was answered by a fax, so it was hung up. Nothing of the call was heard.",
    "screener": "Your Mobile was answered by a call screener, so it was hung up. Nothing of the call was heard.",
    "no_key": "Your Mobile was answered and nobody pressed 1, so it was hung up. Nothing of the call was heard.",
    "wrong_key": "A wrong key was pressed on your Mobile, so it was hung up. Nothing of the call was heard.",
}


@pytest.mark.parametrize("case", [one for one in OUTCOMES if one[0] == MOBILE and one[3]], ids=" ".join)
def test_bar_and_audit_say_how_it_ended(story, marta, case):
    address, check, who, problem = case
    story.simulator.phones.set(address, who)
    watch = Watch(story, marta, address, check).begin().run(75, until=lambda mine: mine.ended_at)
    assert WORDS[problem] in watch.panel
    entry = AuditEntry.objects.get(action="ring", result="no_person")
    assert entry.provider_code == problem
    assert entry.actor is None
    assert entry.actor_name == "Earshot"
    page = browser(marta).get("/audit/")
    assert page.status_code in (200, 403)


@pytest.mark.parametrize(("role", "asked"), [("monitor", "listen"), ("whisper", "whisper"), ("barge", "barge in")])
def test_the_bar_says_what_to_press_and_claims_nothing(story, marta, role, asked):
    watch = Watch(story, marta).begin(role).run(12, step=0.5, until=lambda mine: mine.joined_at)
    (said,) = [panel for panel in watch.panels if "was answered" in panel]
    assert f"Your Mobile was answered. Press 1 on it to {asked}." in said
    assert "hear you." not in said.replace("nobody hears you", "")


def test_the_bar_says_that_it_is_checked(story, marta):
    watch = Watch(story, marta, check="detect").begin().run(12, step=0.5, until=lambda mine: mine.joined_at)
    assert any("Checking that a person answered your Mobile…" in panel for panel in watch.panels)
    assert not any("Press 1" in panel for panel in watch.panels)


def test_the_form_says_beforehand_what_will_be_asked(story, marta):
    _, conference = story.call(ANA)
    page = browser(marta).get(f"/conferences/{conference.pk}/supervise/").content.decode()
    mobile, desk = (re.search(rf"<bdi>(Call {name}.*?)</bdi>", page)[1] for name in ("Mobile", "Desk phone"))
    assert mobile.endswith("You will be asked to press 1.")
    assert "press 1" not in desk


# What the provider loses.


@pytest.mark.parametrize(("check", "asks"), [("press_1", 2), ("detect", 1)])
def test_what_is_swallowed_once_is_asked_again(story, marta, check, asks):
    watch = Watch(story, marta, check=check).begin()
    events = r"call\.gather\.ended|call\.machine\..*"
    story.simulator.faults.webhooks.set({"swallow_rate": 1.0, "events": events})
    watch.run(20 if check == "press_1" else 8)
    story.simulator.faults.clear()
    watch.run(60, until=lambda mine: mine.joined_at)
    assert (watch.mine.state, len(story.commands("/actions/gather_using_speak"))) == ("joined", asks)


@pytest.mark.parametrize("check", ["press_1", "detect"])
def test_what_is_always_swallowed_is_given_up_in_words(story, marta, check):
    watch = Watch(story, marta, check=check).begin()
    events = r"call\.gather\.ended|call\.machine\..*"
    story.simulator.faults.webhooks.set({"swallow_rate": 1.0, "events": events})
    watch.run(110, until=lambda mine: mine.ended_at)
    assert watch.mine.problem == "unchecked"
    assert watch.heard is False
    assert watch.leg.state == "ended"
    assert len(story.commands("/actions/gather_using_speak")) == 2
    assert "The provider did not say who answered your Mobile, so it was hung up." in watch.panel


@pytest.fixture
def one_clock(story, line):
    """A story in which what our client waits passes for everybody."""
    return story


def refusal(story, code, title="No", times=1, status=422):
    body = {"errors": [{"code": code, "title": title, "detail": "As the provider words it."}]}
    story.simulator.faults.add("answer", path="/actions/gather_using_speak$", status=status, body=body, times=times)


@pytest.mark.parametrize(
    ("trouble", "joins", "problem"),
    [
        (lambda story: refusal(story, "90034"), True, ""),
        (lambda story: refusal(story, "90015"), True, ""),
        (lambda story: refusal(story, "90034", times=None), False, "not_answered_yet"),
        (lambda story: refusal(story, "10032"), False, "refused"),
        (lambda story: refusal(story, "10010", status=200), False, "refused"),
        (lambda story: refusal(story, "90018"), False, "hung_up"),
        (lambda story: fault(story, "hang", times=1), True, ""),
        (lambda story: fault(story, "drop", times=1), True, ""),
        (lambda story: fault(story, "error", times=1), True, ""),
        (lambda story: fault(story, "empty", times=3), True, ""),
        (lambda story: fault(story, "unavailable", times=None), False, "unchecked"),
        (lambda story: fault(story, "rate_limited", times=1), True, ""),
    ],
)
def test_failed_asking_is_repeated_and_doubt_never_joins(one_clock, marta, trouble, joins, problem):
    story = one_clock
    watch = Watch(story, marta).begin()
    trouble(story)
    watch.run(110, until=lambda mine: mine.ended_at or mine.joined_at)
    mine = watch.mine
    assert (bool(mine.joined_at), mine.problem) == (joins, problem), watch.panels
    assert watch.heard is joins
    assert AuditEntry.objects.filter(action="ask", phase="intent").count() >= 1


def fault(story, kind, **details):
    story.simulator.faults.add(kind, path="/actions/gather_using_speak$", **details)


def test_audit_has_the_asking_and_never_the_key(story, marta):
    watch = Watch(story, marta).begin().run(8)
    intent, outcome = AuditEntry.objects.filter(action="ask").order_by("id")
    assert intent.phase == "intent"
    assert outcome.phase == "outcome"
    assert outcome.result == "ok"
    assert intent.command_id == story.commands("/actions/gather_using_speak")[0].body["command_id"]
    told = Fact.objects.filter(event_type__in=("call.gather.ended", "call.dtmf.received"))
    assert told.count() == 2
    assert not any(b'"digit' in bytes(fact.body) for fact in told)
    assert watch.mine.joined_at


def test_she_hangs_up_before_she_presses(story, marta):
    story.simulator.phones.set(MOBILE, "no_key")
    watch = Watch(story, marta).begin().run(4)
    story.simulator.far_end_hangs_up(watch.leg)
    watch.run(3)
    assert watch.mine.state == "failed"
    assert watch.mine.problem == "hung_up"
    assert watch.heard is False


def test_she_cancels_while_she_is_asked(story, marta):
    story.simulator.phones.set(MOBILE, "late_key")
    watch = Watch(story, marta).begin().run(4)
    browser(marta).post(f"/supervisions/{watch.mine.pk}/leave/")
    watch.run(20)
    assert watch.mine.problem == "cancelled"
    assert watch.leg.state == "ended"
    assert watch.heard is False


def test_the_call_ends_while_she_is_asked(story, marta):
    story.simulator.phones.set(MOBILE, "late_key")
    watch = Watch(story, marta).begin().run(4)
    story.simulator.world.conferences.complete(watch.world, "all_left", hang_up=True)
    watch.run(20)
    assert (watch.mine.problem, watch.leg.state) == ("conference_over", "ended")


def test_machine_mistaken_for_a_person_is_ended_on_beep(story, marta):
    watch = Watch(story, marta, check="detect").begin().run(12, until=lambda mine: mine.joined_at)
    leg = watch.leg
    story.simulator.world.answering.beeps(leg)
    watch.run(5)
    assert (watch.mine.problem, leg.state) == ("machine_late", "ended")
    assert "It may have heard the call." in watch.panel


def test_beep_does_not_end_a_leg_after_the_key(story, marta):
    story.simulator.phones.set(MOBILE, "unclear")
    watch = Watch(story, marta, check="detect").begin().run(20, until=lambda mine: mine.joined_at)
    story.simulator.world.answering.beeps(watch.leg)
    watch.run(5)
    assert watch.mine.state == "joined"


def test_a_beep_that_comes_before_detection_is_a_voicemail(story, marta):
    story.simulator.switches.set({"beep_before_detection": True})
    story.simulator.phones.set(MOBILE, "voicemail")
    watch = Watch(story, marta, check="detect").begin().run(30, until=lambda mine: mine.ended_at)
    assert (watch.mine.problem, watch.heard) == ("voicemail", False)


@pytest.mark.parametrize("who", ["answers", "late_key", "unclear", "screener_then_person"])
def test_an_asking_that_detection_cuts_short_is_made_again(story, marta, who):
    story.simulator.switches.set({"detection_cancels_gather": True})
    story.simulator.phones.set(MOBILE, who)
    watch = Watch(story, marta).begin().run(75, until=lambda mine: mine.ended_at or mine.joined_at)
    assert watch.mine.state == "joined", watch.panels


def test_a_screener_that_takes_long_is_waited_for(story, marta):
    story.simulator.switches.set({"screening_seconds": 6.0, "pick_up_seconds": 20.0})
    story.simulator.phones.set(MOBILE, "screener_then_person")
    watch = Watch(story, marta).begin().run(75, until=lambda mine: mine.ended_at or mine.joined_at)
    assert (watch.mine.state, len(story.commands("/actions/gather_using_speak"))) == ("joined", 2), watch.panels


def test_machine_behind_a_number_is_detected_besides_the_key(story, marta):
    Watch(story, marta).begin()
    (dial,) = story.commands("/v2/calls")
    assert dial.body["answering_machine_detection"] == "premium_ios_call_screening_detection"


@pytest.mark.parametrize(("address", "check"), [(MOBILE, "trust"), (DESK, ""), (DESK, "press_1")])
def test_nothing_is_detected_where_that_is_of_no_use(story, marta, address, check):
    Watch(story, marta, address, check).begin()
    (dial,) = story.commands("/v2/calls")
    assert "answering_machine_detection" not in dial.body
