"""Two supervisors, one or two calls, a provider that fails, and others who do as they please: a story by chance.

After each step, and between each command and its answer, every page is read and compared with the provider's world.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conferences.liveness import processes
from conferences.models import Conference, Device, Supervision
from conferences.policy import whisper_legs
from conferences.simulator import Simulator
from conferences.simulator.world import ConferenceOptions, JoinOptions, Leg, Participant
from conferences.supervision.lease import LEASE
from conferences.supervision.phone.own_legs import own_legs
from tests.support.page_oracle import Onlooker
from tests.support.provider_world import ServerDied, Theatre, Trouble
from tests.support.story import ANA, CHEN, DESK, LUIS, MOBILE, SUPPORT_NUMBER, browser
from tests.support.strategies import COMMANDS, NUMBER, PERHAPS, ROLES, SELDOM, SWITCHES, TROUBLES

BEN_DESK = "sip:ben@supervisors.example"


class Company(RuleBasedStateMachine):
    """One or two calls, two supervisors, a provider that fails, and others who do as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.theatre = Theatre(self.look, {})
        self.users = list(User.objects.filter(supervisor__isnull=False).order_by("username"))
        self.onlooker = Onlooker(self.theatre, self.users)
        self.browsers = {user.pk: browser(user) for user in self.users}
        self.found: list[str] = []

    @property
    def simulator(self) -> Simulator:
        return self.theatre.simulator

    def teardown(self) -> None:
        try:
            if not self.found:
                self.reconciliation_has_its_say()
                self.nothing_untrue_is_on_any_page()
        finally:
            self.close()

    def close(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.theatre.close()

    def look(self, when: str) -> None:
        self.found += [f"{when}, {lie}" for lie in self.onlooker.lies()]

    @invariant()
    def nothing_untrue_is_on_any_page(self) -> None:
        self.look("then")
        assert self.found == []

    # What the rules choose from.

    def calls(self) -> list[Any]:
        return [one for one in self.simulator.state.conferences.values() if one.is_active]

    def stays(self) -> list[Participant]:
        return [stay for one in self.calls() for stay in one.participants]

    def known_calls(self) -> list[Conference]:
        return list(Conference.objects.live().with_people())

    def running(self) -> list[Supervision]:
        return list(Supervision.objects.running().order_by("created_at"))

    def phones(self) -> list[Leg]:
        ours = (DESK, BEN_DESK)
        return [leg for leg in self.simulator.state.legs.values() if leg.to in ours and leg.state != "ended"]

    # What others do.

    @initialize(switches=SWITCHES, marta=st.none() | ROLES, ben=st.none() | ROLES)
    def a_call_goes_on(self, switches: dict[str, Any], marta: str | None = None, ben: str | None = None) -> None:
        """Often already supervised: it is from there that most may go wrong."""
        self.simulator.switches.set(switches)
        self.somebody_calls((ANA, LUIS), started=True)
        self.moment(3)
        for username, role in (("marta", marta), ("ben", ben)):
            if role is not None:
                self.supervise(username, role)

    @precondition(lambda self: len(self.calls()) < 2)
    @rule(agents=st.sampled_from([(), (ANA,), (ANA, LUIS)]), started=st.sampled_from([True, True, True, False]))
    def somebody_calls(self, agents: tuple[str, ...], started: bool) -> None:
        with self.theatre.others():
            caller = self.simulator.incoming_call(to=SUPPORT_NUMBER)
            self.simulator.world.legs.answer(caller)
            options = ConferenceOptions(start_on_create=started)
            call = self.simulator.world.conferences.create(caller, f"Support {uuid.uuid4()}", options)
            for address in agents:
                self.simulator.join(call, self.simulator.dial(address))
        self.moment(1)

    @precondition(lambda self: self.calls())
    @rule(n=NUMBER, address=st.sampled_from([ANA, LUIS, CHEN, "+14155559999"]), mute=st.booleans(), hold=st.booleans())
    def somebody_joins(self, n: int, address: str, mute: bool, hold: bool) -> None:
        with self.theatre.others():
            leg = self.simulator.dial(address)
            self.simulator.join(pick(self.calls(), n), leg, mute=mute, hold=hold)

    @precondition(lambda self: self.calls())
    @rule(n=NUMBER, role=ROLES, inside=st.booleans())
    def another_application_uses_a_supervisors_phone(self, n: int, role: str, inside: bool) -> None:
        call = pick(self.calls(), n)
        with self.theatre.others():
            leg = self.simulator.dial(MOBILE)
            if inside:
                to = (call.participants[0].leg.call_control_id,) if role == "whisper" else ()
                self.simulator.world.participation.join(call, leg, JoinOptions(role=role, whisper_to=to))

    @precondition(lambda self: self.stays())
    @rule(n=NUMBER, action=st.sampled_from(["mute", "unmute", "hold", "unhold"]), everybody=st.booleans())
    def somebody_is_muted_or_held(self, n: int, action: str, everybody: bool) -> None:
        stay = pick(self.stays(), n)
        who = list(stay.conference.participants) if everybody else [stay]
        with self.theatre.others():
            if action in ("mute", "unmute"):
                self.simulator.world.participation.mute(who, muted=action == "mute")
            else:
                self.simulator.world.participation.hold(who, held=action == "hold")

    @precondition(lambda self: self.stays())
    @rule(n=NUMBER, action=st.sampled_from(["leaves", "hangs up", "comes back", "holds", "resumes"]))
    def a_participant_does(self, n: int, action: str) -> None:
        stay = pick(self.stays(), n)
        world, leg = self.simulator.world, stay.leg
        with self.theatre.others():
            if action in ("leaves", "comes back"):
                world.participation.leave(stay)
            if action == "comes back" and stay.conference.is_active:
                world.participation.join(stay.conference, leg, JoinOptions(role=stay.role, whisper_to=stay.whisper_to))
            if action == "hangs up":
                world.legs.far_end_hangs_up(leg)
            if action in ("holds", "resumes"):
                world.legs.far_end_holds(leg, held=action == "holds")

    @precondition(lambda self: self.calls())
    @rule(n=NUMBER)
    def a_call_starts(self, n: int) -> None:
        with self.theatre.others():
            self.simulator.world.participation.start(pick(self.calls(), n))

    # What supervisors do.

    @precondition(lambda self: self.known_calls())
    @rule(n=NUMBER, who=NUMBER, role=ROLES, some=NUMBER, own=SELDOM, trouble=PERHAPS, wait=st.sampled_from([0, 3, 3]))
    def a_supervision_begins(
        self, *, n: int, who: int, role: str, some: int, own: bool, trouble: Trouble | None, wait: float
    ) -> None:
        user, conference = pick(self.users, who), pick(self.known_calls(), n)
        legs = list(own_legs(user)) if own else []
        my_leg = f"leg:{legs[0].pk}" if legs else f"device:{Device.objects.filter(supervisor__user=user).first().pk}"
        targets = some_of(agents_of(conference), some) if role == "whisper" else []
        form = {"role": role, "targets": targets, "my_leg": my_leg, "token": str(uuid.uuid4())}
        self.theatre.expect(COMMANDS["join"], trouble)
        self.post(user, f"/conferences/{conference.pk}/supervise/", form)
        self.time_passes(wait)

    @precondition(lambda self: self.phones())
    @rule(n=NUMBER, answered=st.sampled_from([True, True, True, False]))
    def a_supervisor_picks_up(self, n: int, answered: bool) -> None:
        leg = pick(self.phones(), n)
        (self.simulator.far_end_answers if answered else self.simulator.far_end_hangs_up)(leg)
        self.moment(0.2)

    @precondition(lambda self: self.running())
    @rule(n=NUMBER, role=ROLES, some=NUMBER, command=st.sampled_from(["update", "mute"]), trouble=PERHAPS)
    def a_supervisor_changes_mode(
        self, *, n: int, role: str, some: int, trouble: Trouble | None, command: str = "update"
    ) -> None:
        mine = pick(self.running(), n)
        targets = some_of(agents_of(mine.conference), some) if role == "whisper" else []
        self.theatre.expect(COMMANDS[command], trouble)
        self.post(mine.user, f"/supervisions/{mine.pk}/change/", {"role": role, "targets": targets})

    @precondition(lambda self: self.running())
    @rule(n=NUMBER)
    def a_supervisor_leaves(self, n: int) -> None:
        mine = pick(self.running(), n)
        self.post(mine.user, f"/supervisions/{mine.pk}/leave/", {})

    def post(self, user: User, path: str, form: dict[str, Any]) -> None:
        self.theatre.sync()
        with self.mortal():
            assert self.browsers[user.pk].post(path, form).status_code < 500
        self.theatre.sync()

    # What fails.

    @rule(command=st.sampled_from(sorted(COMMANDS)), trouble=TROUBLES)
    def a_command_will_meet(self, command: str, trouble: Trouble) -> None:
        self.theatre.expect(COMMANDS[command], trouble)

    @rule(kind=st.sampled_from(["error", "hang", "drop", "empty", "rate_limited"]), times=st.sampled_from([1, 3, 6]))
    def the_provider_cannot_be_read(self, kind: Any, times: int) -> None:
        self.simulator.faults.add(kind, method="GET", times=times)

    @rule(kind=st.sampled_from(["drop_rate", "duplicate_rate", "reorder_rate", "delay_rate", "early_rate"]),
          rate=st.sampled_from([0.0, 0.5, 1.0]))  # fmt: skip
    def the_post_is_bad(self, kind: str, rate: float) -> None:
        self.simulator.faults.webhooks.set({kind: rate})

    @rule()
    def the_faults_are_over(self) -> None:
        self.simulator.faults.clear()

    # What goes on by itself.

    @rule(seconds=st.sampled_from([0.2, 1, 3, 6, 12, 50]))
    def time_passes(self, seconds: float) -> None:
        self.moment(seconds)

    def moment(self, seconds: float) -> None:
        with self.mortal():
            self.theatre.moment(seconds)

    @rule()
    def tasks_are_done_before_webhooks_arrive(self) -> None:
        with self.mortal():
            self.theatre.run_tasks()
            self.look("before webhooks arrive")
            self.theatre.deliver()

    @rule()
    def the_provider_is_read_back(self) -> None:
        with self.mortal():
            self.theatre.read_back(sweep=False)

    @rule()
    def reconciliation_has_its_say(self) -> None:
        self.theatre.settle()
        self.found += [f"once settled, {one}" for one in self.onlooker.doubts()]

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """The server may die inside; another one finds what it left behind, and that nobody is at work on it."""
        try:
            yield
        except ServerDied:
            dead = {
                "busy_until": timezone.now() + LEASE,
                "busy_by": processes.current_process().rpartition(" ")[0] + " 1",
            }
            Supervision.objects.running().exclude(command="").update(**dead)
            self.look("after the server died")

    # For stories that are told on purpose.

    def supervise(self, username: str, role: str) -> None:
        """Begin in this role on the first call, whispering to its first agent, and wait until that is in force."""
        who = [user.username for user in self.users].index(username)
        self.a_supervision_begins(n=0, who=who, role=role, some=1, own=False, trouble=None, wait=3)
        self.time_passes(4)
        self.time_passes(4)

    def change(self, username: str, role: str, trouble: Trouble | None = None) -> None:
        n = [mine.user.username for mine in self.running()].index(username)
        self.a_supervisor_changes_mode(n=n, role=role, some=1, trouble=trouble)


def pick(some: list[Any], number: int) -> Any:
    return some[number % len(some)]


def some_of(some: list[str], number: int) -> list[str]:
    """At least one of them, unless there is none."""
    chosen = [one for place, one in enumerate(some) if number >> place & 1]
    return chosen or some[:1]


def agents_of(conference: Conference) -> list[str]:
    found = Conference.objects.with_people().get(pk=conference.pk)
    return [one.leg.call_control_id for one in whisper_legs(found)]
