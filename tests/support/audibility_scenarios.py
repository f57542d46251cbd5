"""Random plots played in the simulator, and what one who reads the provider and knows our commands can tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from itertools import chain, combinations, permutations
from typing import Any, Literal, get_args, get_type_hints

import httpx
from hypothesis import strategies as st

from conferences.audibility import Hearing, Party, hears
from conferences.simulator import Simulator
from conferences.simulator.switches import Switches
from conferences.simulator.world import ConferenceOptions, Leg, Participant

CAST = ("customer", "ana", "luis", "marta", "ben", "stray")
CUSTOMER, ANA, LUIS, MARTA, BEN, STRAY = range(6)
KINDS = ("customer", "agent", "agent", "supervisor", "supervisor", "unknown")
OURS, SUPERVISORS = (MARTA, BEN), (MARTA, BEN, STRAY)  # nobody else has a role; the stray's we are not told
PhoneReading = Literal["careful", "latest"]


def matrix(parties: Iterable[Party], *, running: bool | None = True) -> dict[tuple[str, str], Hearing]:
    """Who hears whom, by (listener key, speaker key), without the pairs of a party with itself."""
    pairs = permutations(parties, 2)
    return {(listener.key, speaker.key): hears(listener, speaker, running=running) for listener, speaker in pairs}


@dataclass(frozen=True)
class Step:
    """Something that happens. `who` empty, where a list is taken, is everybody, as at the provider."""

    action: str
    who: tuple[int, ...] = ()
    role: str = "none"
    targets: tuple[int, ...] = ()
    mute: bool = False
    hold: bool = False
    happens: bool = True  # lose_answer: whether the provider did it; either way we were not told
    believed: bool = True  # lose_answer: whether we go by the role asked for or by the one before


@dataclass(frozen=True)
class Plot:
    """A whole story: how the provider behaves, what happens, and whether the conference starts at once."""

    switches: dict[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    started: bool = True
    ringing: tuple[int, ...] = ()  # whose phones are in before they are answered (Telnyx docs: Dial, early media)


class Stage:
    """A plot played by a customer and two agents, and by whoever else comes in."""

    def __init__(self, plot: Plot) -> None:
        self.sim = Simulator(seed=1)
        self.sim.switches.set(plot.switches)
        caller = self.sim.incoming_call()
        self.sim.world.legs.answer(caller)
        self.legs = [caller, *(self._dial(who, answered=who not in plot.ringing) for who in range(1, len(CAST)))]
        self.keys = [leg.call_control_id for leg in self.legs]
        self.role = [""] * len(CAST)
        self.lost: set[int] = set()
        self.was_held: set[int] = set()
        options = ConferenceOptions(start_on_create=plot.started)
        self.conference = self.sim.world.conferences.create(caller, "Support", options)
        for step in (Step("join", (ANA,)), Step("join", (LUIS,)), Step("wait"), *plot.steps):
            getattr(self, step.action)(step)

    def _dial(self, who: int, *, answered: bool) -> Leg:
        return self.sim.dial(f"sip:{CAST[who]}@people.example", answered=answered)

    # What happens

    def join(self, step: Step) -> None:
        (who,) = step.who
        leg = self.legs[who]
        if leg.participant or leg.state == "ended" or not self.conference.is_active:
            return
        mode = {"role": step.role, "whisper_to": self._keys(step.targets)} if who in SUPERVISORS else {}
        self.sim.join(self.conference, leg, **mode, mute=step.mute, hold=step.hold)
        self._accepted(who, step.role)
        self.was_held |= {who} if step.hold else set()

    def change_role(self, step: Step) -> None:
        (who,) = step.who
        stay = self.legs[who].participant
        if stay and who in SUPERVISORS:
            self.sim.world.participation.change_role(stay, step.role, self._keys(step.targets))
            self._accepted(who, step.role)

    def lose_answer(self, step: Step) -> None:
        (who,) = step.who
        stay = self.legs[who].participant
        if stay is None or who not in OURS:
            return
        if step.happens:
            self.sim.world.participation.change_role(stay, step.role, self._keys(step.targets))
        if step.believed:
            self.role[who] = step.role
        self.lost.add(who)

    def _accepted(self, who: int, role: str) -> None:
        self.role[who] = role if who in OURS else ""
        self.lost.discard(who)

    def _keys(self, people: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self.keys[one] for one in people)

    def mute(self, step: Step) -> None:
        self.sim.world.participation.mute(self._named(step))

    def unmute(self, step: Step) -> None:
        self.sim.world.participation.mute(self._named(step), muted=False)

    def hold(self, step: Step) -> None:
        stays = self._named(step)
        self.was_held |= {who for who, leg in enumerate(self.legs) if leg.participant in stays}
        self.sim.world.participation.hold(stays)

    def unhold(self, step: Step) -> None:
        self.sim.world.participation.hold(self._named(step), held=False)

    def _named(self, step: Step) -> list[Participant]:
        if not step.who:
            return list(self.conference.participants)
        return [stay for one in step.who if (stay := self.legs[one].participant)]

    def phone_holds(self, step: Step) -> None:
        self.sim.far_end_holds(self.legs[step.who[0]])

    def phone_resumes(self, step: Step) -> None:
        self.sim.far_end_resumes(self.legs[step.who[0]])

    def leave(self, step: Step) -> None:
        if stay := self.legs[step.who[0]].participant:
            self.sim.world.participation.leave(stay)

    def hang_up(self, step: Step) -> None:
        self.sim.far_end_hangs_up(self.legs[step.who[0]])

    def answer(self, step: Step) -> None:
        self.sim.far_end_answers(self.legs[step.who[0]])

    def start(self, step: Step) -> None:
        self.sim.world.participation.start(self.conference)

    def wait(self, step: Step) -> None:
        self.sim.advance(3)

    # What is true

    def heard(self) -> set[tuple[str, str]]:
        """Pairs of listener and speaker, by the simulator's own reckoning."""
        heard_by = self.sim.heard_by(self.conference)
        return {(listener, speaker) for listener, speakers in heard_by.items() for speaker in speakers}

    # What can be known

    @property
    def running(self) -> bool:
        """Whether the provider's record of the conference does not say that it has ended."""
        return bool(self._get("")["status"] != "completed")

    def parties(self, phone: PhoneReading = "careful") -> tuple[Party, ...]:
        """Everybody, from the provider's participants list, the legs' events and our own commands."""
        listed = {item["call_control_id"]: item for item in self._get("/participants")}
        return tuple(self._party(who, listed.get(key, {}), phone) for who, key in enumerate(self.keys))

    def _get(self, what: str) -> Any:
        headers = {"Authorization": f"Bearer {self.sim.api_key}"}
        with httpx.Client(transport=self.sim.client_transport, headers=headers) as client:
            return client.get(f"http://provider.test/v2/conferences/{self.conference.id}{what}").json()["data"]

    def _party(self, who: int, listed: dict[str, Any], phone: PhoneReading) -> Party:
        return Party(
            key=self.keys[who],
            name=CAST[who].capitalize(),
            kind=KINDS[who],
            role=self.role[who],
            targets=frozenset(listed.get("whisper_call_control_ids", ())),
            muted=listed.get("muted"),
            on_hold=listed.get("on_hold"),
            phone_hold=self._phone_hold(who, phone),
            present=self._present(who, listed.get("status", "left")),
            role_known=who not in self.lost,
        )

    def _present(self, who: int, status: str) -> bool | None:
        if status == "joined":
            return True if "call.answered" in self._told(who) else None
        return None if status == "joining" else False

    def _phone_hold(self, who: int, phone: PhoneReading) -> bool | None:
        """The latest of call.hold and call.unhold; to the careful, an unhold may be that of a conference hold."""
        told = [event for event in self._told(who) if event in ("call.hold", "call.unhold")]
        if phone == "careful" and "call.hold" in told and told[-1] == "call.unhold" and who in self.was_held:
            return None
        return told[-1:] == ["call.hold"]

    def _told(self, who: int) -> list[str]:
        return [event.type for event in self.sim.events if event.leg is self.legs[who]]


def _switch(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name == "join_seconds":
        return st.sampled_from((0.0, 0.0, 2.0))
    if hint is bool:
        return st.booleans()
    return st.sampled_from(get_args(hint)) if get_args(hint) else st.just(getattr(Switches(), name))


def _steps(who: tuple[int, ...], *actions: str, **choices: tuple[Any, ...]) -> st.SearchStrategy[Step]:
    """One of these actions to these people, with one choice for each further field of the step."""
    chosen = {name: st.sampled_from(each) for name, each in choices.items()}
    return st.builds(Step, st.sampled_from(actions), st.just(who), **chosen)


def _arrival(who: int) -> st.SearchStrategy[Step]:
    return _steps((who,), "join", **MODES, mute=SELDOM, hold=SELDOM)


def _episode(who: int) -> st.SearchStrategy[list[Step]]:
    """A few things in a row that happen to one person, or to everybody with them: it is often the order that counts."""
    actions = st.one_of(
        _steps((who,), "mute", "unmute", "hold", "unhold"),
        _steps((), "mute", "unmute", "hold", "unhold"),
        _steps((who,), "phone_holds", "phone_resumes", "leave", "answer", "hang_up", "start", "wait"),
        _arrival(who),
        _steps((who,), "change_role", **MODES),
        _steps((who,), "lose_answer", **MODES, happens=EITHER, believed=EITHER),
    )
    return st.lists(actions, min_size=1, max_size=4)


def _scene(who: int) -> st.SearchStrategy[list[Step]]:
    """A sequence in which it is easy to be wrong, and which chance would seldom bring about."""
    told, untold = _steps((who,), "change_role", **MODES), _steps((who,), "lose_answer", **MODES, happens=EITHER)
    holds = st.sampled_from((("hold", "leave", "join"), ("phone_holds", "hold", "unhold")))
    return st.one_of(
        st.tuples(told, untold.map(lambda step: replace(step, believed=not step.happens))).map(list),
        holds.map(lambda actions: [Step(action, (who,)) for action in actions]),
        st.just([Step("unmute", (who,)), Step("unmute")]),
    )


ROLES = ("monitor", "whisper", "barge", "none")
SEVERAL = ((), (), (), *((one,) for one in range(len(CAST))), *combinations(range(len(CAST)), 2))
MODES: dict[str, tuple[Any, ...]] = {"role": ROLES, "targets": SEVERAL}
EITHER, SELDOM = (False, True), (False, False, False, True)
roles, several = st.sampled_from(ROLES), st.sampled_from(SEVERAL)
hints = get_type_hints(Switches)
AGAINST_DOCUMENTS = {"whispers_reach_everybody"}  # what is said rests on these; an account is tried by a test call
unknown = [one.name for one in fields(Switches) if one.name not in AGAINST_DOCUMENTS]
switches = st.fixed_dictionaries({name: _switch(name, hints[name]) for name in unknown})
arrivals = st.tuples(*(st.one_of(st.just(Step("wait")), _arrival(who), _arrival(who)) for who in SUPERVISORS))
episodes = st.lists(
    st.one_of([*(_episode(who) for who in range(len(CAST))), *(_scene(who) for who in (ANA, *OURS))]), max_size=3
)
steps = st.builds(lambda first, then: (*first, *chain(*then)), arrivals, episodes)
plots = st.builds(
    Plot, switches, steps, st.sampled_from((True, True, True, False)), st.sampled_from(((), (), (), (LUIS,), (BEN,)))
)
