"""One read-back of a conference: what is believed at once, and what must be seen again first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from conferences.clock import Moment
from conferences.fold import State, is_news
from conferences.ingest import batches
from conferences.ingest.readback_notes import note_doubts, note_drift, note_told
from conferences.models import Conference, Fact, Leg, Supervision
from conferences.reconciliation.drift import Contradiction, contradictions
from conferences.roster import name_of, supervisor_name
from conferences.telnyx.events import Event
from conferences.wording.corrections import correction_words

# What contradicts us counts when it is seen again after this long.
SEEN_AGAIN: Final = timedelta(seconds=10)
Record = dict[str, Any]


class ReadBack:
    """One read-back of a conference: what it says is believed at once, or kept until the next says the same."""

    def __init__(self, conference: Conference, asked: Moment, patient: bool) -> None:
        self.conference, self._asked, self.patient = conference, asked, patient
        self._doubts: dict[str, str] = {}
        self._put_right: list[str] = []
        self._agreeing: set[str] = set()
        self._new: set[str] = set()

    @property
    def asked_at(self) -> datetime:
        """When the provider was asked, by its clock."""
        return self._asked.at

    @property
    def is_doubtful(self) -> bool:
        """Whether it said something that is not believed yet."""
        return bool(self._doubts)

    def record(self, known: State, kind: str, lines: Iterable[Record]) -> None:
        """Record each line of the provider's as a fact if it is news and, where it denies what we knew, certain.

        All of them in one transaction: nobody is shown a part of what was told at once.
        """
        type_, about = f"readback.{kind}", {"conference_id": self.conference.conference_id}
        believed: list[Mapping[str, Any]] = []
        put_right: list[str] = []
        for payload in (about | told for told in lines):
            event = Event(id="", type=type_, occurred_at=self.asked_at, payload=payload)
            if not is_news(known, event):
                self._agreeing |= self._leg_in(event)
                continue
            denied = contradictions(known, event)
            if [one for one in denied if self.patient and not self._is_certain(one)]:
                continue
            self._new |= self._leg_in(event)
            believed.append(payload)
            put_right += [self._sentence(one) for one in denied if one.is_drift]
        batches.record_all(type_, believed, source=Fact.Source.READBACK, occurred_at=self.asked_at)
        self._put_right += put_right

    def finish(self) -> None:
        """Keep the doubts for the next reading, and mark the conference if something was put right."""
        # What was contradicted by the last look, and is not by this one, was not so all the time.
        doubted = {key.partition(" ")[0] for key in self.conference.doubts}
        note_told(self.conference, self._agreeing - doubted, self._new | (self._agreeing & doubted), self.asked_at)
        note_doubts(self.conference, self._doubts, self.asked_at)
        if self._put_right:
            note_drift(self.conference, "; ".join(self._put_right), self.asked_at)

    def _leg_in(self, event: Event) -> set[str]:
        """The leg that a line lists as in the conference, if any."""
        is_listed = event.type == "readback.participant" and event.text("status") == "joined"
        return {event.call_control_id} if is_listed and event.call_control_id else set()

    def _is_certain(self, one: Contradiction) -> bool:
        first = self.conference.doubts.get(one.key)
        if self._makes_quieter(one) or (first and self.asked_at - datetime.fromisoformat(first) >= SEEN_AGAIN):
            return True
        self._doubts[one.key] = first or self.asked_at.isoformat()
        return False

    def _makes_quieter(self, one: Contradiction) -> bool:
        """Whether believing it takes a supervisor out of somebody's ear: the call is over, a listener has left, or
        somebody has changed the mode of a supervisor's own leg, which is then taken back.
        """
        running = Supervision.objects.running().filter(conference=self.conference)
        if one.is_meddling:
            return running.filter(call_control_id=one.call_control_id).exists()
        return one.is_departure and running.exists()

    def _sentence(self, one: Contradiction) -> str:
        return correction_words(self._who(one.call_control_id), one.kind)

    def _who(self, call_control_id: str) -> str:
        if not call_control_id:
            return "The call"
        supervision = Supervision.objects.select_related("user").filter(call_control_id=call_control_id).first()
        if supervision is not None:
            return supervisor_name(supervision)
        leg = Leg.objects.select_related("agent").filter(call_control_id=call_control_id).first()
        return name_of(leg, numbers=False) if leg else "Somebody"
