"""Reads every page there is about live calls, and says what on it is not true in the provider's world.

What is read is what is rendered: the supervisor's own bar, the sentence beside each mode, who is said to hear whom in
the table and in the open form, the colleagues' modes, and notices that speak of hearing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from html import unescape
from typing import Any

from django.contrib.auth.models import User

from conferences.audibility import Node, graph
from conferences.ingest.feed import latest
from conferences.models import Conference, Supervision
from conferences.models import Leg as KnownLeg
from conferences.simulator.api.resources import shows_muted
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Leg, Participant
from conferences.supervision import requests
from dashboard.presenters import fragments
from dashboard.presenters.audience import audience_of
from dashboard.presenters.call import Call
from dashboard.presenters.seen import call_for
from tests.support import claim_parser
from tests.support.claim_parser import Claims
from tests.support.markup import on_one_line
from tests.support.provider_world import Pair, Theatre

GHOST = "ghost"
SOON = r"^Once you answer: "
SAYS_NOTHING = (
    "Mode not certain",
    "In the call",
    "Leaving",
    "Cancelling",
    "You are out of the call",
    "Taking you out",
    "Could not join",
    "Press 1",
    "Checking who answered",
)
VERBS = ("monitors", "whispers to", "barges in", "takes part", "is in the call, mode not certain")


class Onlooker:
    """Looks at the pages of all these supervisors."""

    def __init__(self, theatre: Theatre, users: Iterable[User]) -> None:
        self.theatre, self.users = theatre, list(users)
        self._seen: object = None

    def lies(self) -> list[str]:
        """Everything that is claimed on a page and is not so; nothing is claimed anew before something changes."""
        self.theatre.note_departures()
        if self._seen == (seen := (latest(), self.theatre.fingerprint())):
            return []
        self._seen = seen
        found = [lie for user in self.users for lie in self._panel(user)]
        for scene in self._scenes(self.users[0]):
            found += [*scene.table(), *scene.previews(), *scene.form(), *self._colleagues(scene)]
        return found

    def doubts(self) -> list[str]:
        """What is called uncertain although the provider's list shows it: once settled, there is no excuse for that."""
        return [doubt for user in self.users for scene in self._scenes(user) for doubt in self._doubts(user, scene)]

    def _doubts(self, user: User, scene: Scene) -> Iterator[str]:
        yield from scene.table_doubts()
        mine = requests.current(user)
        if mine is None or mine.conference_id != scene.call.pk or mine.state != Supervision.State.JOINED:
            return
        page = on_one_line(fragments.panel(user))
        if _text(page, r"<b>(.*?)</b>") == "Mode not certain":
            yield f"{user.username}'s bar does not know the mode"
        for said in panel_claims(page):
            if uncertain := said.uncertain_of(*scene.told(mine.call_control_id)):
                yield f"{user.username}'s bar: {said.text!r}, although the list tells of {uncertain}"

    def _scenes(self, user: User) -> Iterator[Scene]:
        audience = audience_of(user)
        for conference in Conference.objects.live().with_people():
            world = self.theatre.world(conference)
            if world is not None:
                yield Scene(self.theatre, world, call_for(audience, conference))

    def _panel(self, user: User) -> Iterator[str]:
        mine = requests.current(user)
        if mine is None:
            return
        html = on_one_line(fragments.panel(user))
        conference = Conference.objects.with_people().get(pk=mine.conference_id)
        world = self.theatre.world(conference)
        assert world is not None
        scene = Scene(self.theatre, world, call_for(audience_of(user), conference))
        legs, ghost = self.theatre.legs_of(mine), scene.ghost(mine.requested_role, mine.requested_targets)
        for said in panel_claims(html):
            if not said.is_preview:
                yield from scene.judge(f"{user.username}'s bar", said, legs)
                continue
            yield from scene.judge(f"{user.username}'s bar", said.without_hearers(), legs)
            if not scene.inside(legs):
                yield from scene.judge(f"{user.username}'s bar beforehand", said, {GHOST, *legs}, ghost)

    def _colleagues(self, scene: Scene) -> Iterator[str]:
        phrases = re.findall(
            r'<span class="phrase"><bdi>(.*?)</bdi>(.*?)</span>', on_one_line(fragments.row(scene.call))
        )
        running = [one for one in Supervision.objects.running() if one.conference_id == scene.call.pk]
        for text, _ in phrases:
            for mine in running:
                name = mine.user.get_full_name()
                if unescape(text).startswith(name):
                    yield from scene.mode(unescape(text), unescape(text).removeprefix(f"{name} "), mine)


class Scene:
    """One call on the screen, beside what is so."""

    def __init__(self, theatre: Theatre, world: World, call: Call) -> None:
        self.theatre, self.world, self.call = theatre, world, call
        self.names = {one.key: one.name for one in call.parties}

    @cached_property
    def page(self) -> str:
        return on_one_line(fragments.detail(self.call))

    def judge(self, where: str, said: Claims, speakers: set[str], ghost: Participant | None = None) -> Iterator[str]:
        """Yield each way in which a sentence is wrong of those who speak on these legs."""
        listed = Counter(name for key, name in self.names.items() if key not in speakers)
        ears = self._ears(self._heard(quiet=True, ghost=ghost), speakers)
        loud = self._ears(self._heard(quiet=False, ghost=ghost), speakers)
        loud |= {key for key in self.names if self._may_be_gone(key, speakers)}
        if self._is_hollow():
            ears = set()
        for lie in said.lies(listed, self._named(ears - speakers), self._named(loud - speakers)):
            yield f"{where}: {said.text!r}, but {lie}"

    def table(self) -> Iterator[str]:
        """Who is said to hear whom, cell by cell."""
        heard, loud = self._heard(quiet=True), self._heard(quiet=False)
        for listener, speaker, words in self._cells():
            pair = (listener.key, speaker.key)
            if words in ("does not hear", "on hold") and pair in heard and not self._is_hollow():
                yield f"the table: {listener.name} {words} {speaker.name}, who is heard"
            if words == "hears" and pair not in loud and not self._may_be_gone(*pair):
                yield f"the table: {listener.name} {words} {speaker.name}, who is not heard"

    def table_doubts(self) -> Iterator[str]:
        """Cells that leave open what the provider's list tells."""
        for listener, speaker, words in self._cells():
            if words == "may hear" and self._is_told(listener.key, speaker.key):
                yield f"the table: {listener.name} {words} {speaker.name}, although the list tells"

    def told(self, speaker: str) -> tuple[Counter[str], Counter[str]]:
        """Of whom the provider's list tells whether they hear this one, and everybody who is or may be in."""
        others = [key for key in self.names if key != speaker]
        told = [key for key in others if self._is_told(key, speaker)]
        return self._named(set(told)), self._named(set(others))

    def _cells(self) -> Iterator[tuple[Node, Node, str]]:
        nodes = graph(self.call.parties, running=self.call.running).nodes
        rows = re.findall(r'<tr><th scope="row"><bdi>(.*?)</bdi></th>(.*?)</tr>', self.page)
        assert [unescape(name) for name, _ in rows] == ([one.name for one in nodes] if rows else [])
        for listener, (_, cells) in zip(nodes, rows, strict=False):
            for speaker, words in zip(nodes, re.findall(r"<td[^>]*>(.*?)</td>", cells), strict=True):
                yield listener, speaker, words

    def _is_told(self, listener: str, speaker: str) -> bool:
        """Two who are in, on phones that we know to be answered and not on hold, in modes that the list shows."""
        stays = {one.leg.call_control_id: one for one in self.world.participants if one.status == "joined"}
        if not {listener, speaker} <= {*stays} or not (self._is_known(listener) and self._is_known(speaker)):
            return False
        hears, speaks = stays[listener], stays[speaker]
        shown = shows_muted(speaks, self.theatre.simulator.switches) or not (
            speaks.only_listens or speaks.monitor_lifted
        )
        return shown and not hears.role == speaks.role == "whisper"

    def _is_known(self, key: str) -> bool:
        leg = KnownLeg.objects.get(call_control_id=key)
        ours = Supervision.objects.running().filter(call_control_id=key, state=Supervision.State.JOINED)
        placed = leg.kind in ("agent", "customer") or ours.exists()
        return placed and leg.state == "answered" and not leg.phone_hold

    def previews(self) -> Iterator[str]:
        """The sentence beside each mode, for one who would join in it now."""
        found = re.findall(r'data-role="(\w+)">.*?<b>\w+</b> <span>(.*?)</span></a>', self.page)
        agents = [one.key for one in self.call.parties if one.kind == "agent" and one.present]
        for role, sentence in found:
            ghost = self.ghost(role, agents if role == "whisper" else ())
            yield from self.judge(f"before a {role}", claim_parser.read(unescape(sentence)), {GHOST}, ghost)

    def form(self) -> Iterator[str]:
        """What stands beside each person in the open form: of a barge, and of a whisper to somebody else."""
        html = on_one_line(fragments.targets(self.call))
        for kind, role, targets in (("yes", "barge", ()), ("past", "whisper", ("others",))):
            ghost = self.ghost(role, targets)
            heard, loud = self._heard(quiet=True, ghost=ghost), self._heard(quiet=False, ghost=ghost)
            for key, item in re.findall(r'<li id="target-([^"]+)"(.*?)</li>', html, re.DOTALL):
                words = re.search(rf'<span class="{kind}">(.*?)</span>', item)
                if words is None:
                    continue
                if words[1] in ("does not hear you", "hears you once off hold") and (key, GHOST) in heard:
                    yield f"the form: {self.names.get(key)} {words[1]} in a {role}, but hears"
                if words[1] == "hears you" and (key, GHOST) not in loud and not self._may_be_gone(key, GHOST):
                    yield f"the form: {self.names.get(key)} {words[1]} in a {role}, but does not"

    def mode(self, text: str, words: str, mine: Supervision) -> Iterator[str]:
        """A colleague's mode, as told to others, must not be quieter than it is."""
        verb = next(one for one in VERBS if words.startswith(one))
        told = claim_parser.names(words.removeprefix(f"{verb} ")) if verb == "whispers to" else Counter()
        for stay in self.world.participants:
            if stay.leg.call_control_id in self.theatre.legs_of(mine) and not self._is_hollow():
                to = self._named(set(stay.whisper_to) & set(self.names))
                loud = stay.role in ("barge", "none") or (stay.role == "whisper" and bool(to - told))
                if verb in ("monitors", "whispers to") and loud:
                    yield f"colleagues read {text!r}, but it is a {stay.role} to {dict(to)}"

    def _heard(self, *, quiet: bool, ghost: Participant | None = None) -> set[Pair]:
        return self.theatre.heard(self.world, quiet=quiet, ghost=ghost)

    def _ears(self, heard: set[Pair], speakers: set[str]) -> set[str]:
        return {listener for listener, speaker in heard if speaker in speakers}

    def _named(self, keys: set[str]) -> Counter[str]:
        return Counter(self.names.get(key, "somebody who is not on the screen") for key in keys)

    def _may_be_gone(self, listener: str, speakers: str | set[str]) -> bool:
        people = {listener} | ({speakers} if isinstance(speakers, str) else speakers)
        return any(self.theatre.is_gone(self.world, one) for one in people)

    def _is_hollow(self) -> bool:
        """Whether the provider has said yes to a command and done nothing."""
        return any(fault.times == 0 for fault in self.theatre.hollow)

    def inside(self, legs: set[str]) -> bool:
        return any(one.leg.call_control_id in legs for one in self.world.participants)

    def ghost(self, role: Any, targets: Iterable[str]) -> Participant:
        now, app = self.theatre.simulator.clock(), self.theatre.simulator.app
        leg = Leg(GHOST, GHOST, GHOST, app, "outgoing", "", "", now, state="answered")
        return Participant(GHOST, leg, self.world, now, now, "joined", role, tuple(targets))


def panel_claims(html: str) -> Iterator[Claims]:
    """What a supervisor's own bar says of who hears."""
    title, text = _text(html, r"<b>(.*?)</b>"), _text(html, r"<b>.*?</b> <span>(.*?)</span>")
    if title in ("Supervision ended", "Not joined", "Between calls"):
        yield claim_parser.out_of_the_call(title)
    elif title not in SAYS_NOTHING:
        sentence = re.sub(SOON, "", text)
        is_preview = sentence != text
        if is_preview:
            sentence = sentence[:1].upper() + sentence[1:]
        yield replace(claim_parser.read(sentence.removeprefix("Stay on the line. ")), is_preview=is_preview)
    if aside := _text(html, r'<p class="aside">.*?<span>(.*?)</span></p>'):
        yield claim_parser.notice(aside)


def _text(html: str, pattern: str) -> str:
    match = re.search(pattern, html, re.DOTALL)
    return unescape(match[1]) if match else ""
