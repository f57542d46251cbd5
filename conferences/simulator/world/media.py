"""What a conference is played, told and recorded, with the events that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.clock import stamp
from conferences.simulator.world.records import Conference, Participant
from conferences.simulator.world.state import State

PLAYBACK_SECONDS = 5.0
SPEECH_SECONDS_PER_CHARACTER = 0.07


@dataclass(eq=False)
class Sound:
    """Something being played or spoken, to named participants or to the whole conference."""

    kind: str
    conference: Conference
    media: dict[str, str]
    participants: tuple[Participant, ...] = ()
    over: bool = False


@dataclass(eq=False)
class Recording:
    """A recording of a conference under way."""

    id: str
    conference: Conference
    started_at: datetime
    format: str = "mp3"
    channels: str = "single"


class Media:
    """Playback, speech and recording; with no participants named they reach everybody."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sounds: list[Sound] = []
        self._recordings: list[Recording] = []

    def play(self, conference: Conference, media: dict[str, str], participants: Iterable[Participant] = ()) -> None:
        """Play media (playback.started, and playback.ended when it is over)."""
        self._sound(Sound("playback", conference, media, tuple(participants)), PLAYBACK_SECONDS)

    def speak(self, conference: Conference, text: str, participants: Iterable[Participant] = ()) -> None:
        """Speak a text (speak.started, and speak.ended when it is over)."""
        seconds = len(text) * SPEECH_SECONDS_PER_CHARACTER
        self._sound(Sound("speak", conference, {}, tuple(participants)), seconds)

    def stop(self, conference: Conference, participants: Iterable[Participant] = ()) -> None:
        """Stop what plays to these participants, or all that plays."""
        with self._state.lock:
            chosen = set(participants)
            for sound in list(self._sounds):
                if sound.conference is conference and (not chosen or chosen & set(sound.participants)):
                    self._finish(sound)

    def _sound(self, sound: Sound, seconds: float) -> None:
        with self._state.lock:
            self._sounds.append(sound)
            self._announce_sound(sound, "started")
            self._state.after(seconds, lambda: self._finish(sound))

    def _finish(self, sound: Sound) -> None:
        if sound.over:
            return
        sound.over = True
        self._sounds.remove(sound)
        self._announce_sound(sound, "ended")

    def _announce_sound(self, sound: Sound, moment: str) -> None:
        conference = sound.conference
        if not sound.participants:
            payload = envelopes.conference_wide_payload(conference, **sound.media)
            self._state.emit(f"conference.{sound.kind}.{moment}", conference.app, payload, at=self._state.moment())
        for participant in sound.participants:
            creator = conference.creator.call_session_id
            payload = envelopes.conference_payload(
                conference, participant.leg, creator_call_session_id=creator, **sound.media
            )
            event_type = f"conference.participant.{sound.kind}.{moment}"
            self._state.emit(event_type, conference.app, payload, at=self._state.moment(), leg=participant.leg)

    def start_recording(self, conference: Conference, file_format: str, channels: str) -> None:
        """Start a recording; nothing announces it."""
        with self._state.lock:
            recording_id = identifiers.new_uuid(self._state.random)
            recording = Recording(recording_id, conference, self._state.moment(), file_format, channels)
            self._recordings.append(recording)

    def stop_recording(self, conference: Conference, recording_id: str | None = None) -> None:
        """Stop one recording, or all (conference.recording.saved for each)."""
        with self._state.lock:
            for recording in list(self._recordings):
                if recording.conference is conference and recording_id in (None, recording.id):
                    self._recordings.remove(recording)
                    self._announce_recording(recording)

    def _announce_recording(self, recording: Recording) -> None:
        conference, ended_at = recording.conference, self._state.moment()
        url = f"https://recordings.telnyx.example/{recording.id}.{recording.format}"
        payload = envelopes.conference_payload(
            conference, conference.creator, recording_id=recording.id, channels=recording.channels,
            format=recording.format, recording_started_at=stamp(recording.started_at),
            recording_ended_at=stamp(ended_at), recording_urls={recording.format: url}, public_recording_urls={},
        )  # fmt: skip
        del payload["call_leg_id"]
        self._state.emit(
            "conference.recording.saved", conference.app, payload, at=self._state.moment(), leg=conference.creator
        )
