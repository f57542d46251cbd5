"""What a conference is played, told and recorded, with the events that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.clock import stamp
from conferences.simulator.world.conferences import Conferences
from conferences.simulator.world.records import Conference, Participant

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


@dataclass
class Studio:
    """The sounds and recordings under way."""

    sounds: list[Sound] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)


class Media(Conferences):
    """Playback, speech and recording; with no participants named they reach everybody."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.studio = Studio()

    def play(self, conference: Conference, media: dict[str, str], participants: Iterable[Participant] = ()) -> None:
        """actions/play: playback.started, and playback.ended when it is over."""
        self._sound(Sound("playback", conference, media, tuple(participants)), PLAYBACK_SECONDS)

    def speak(self, conference: Conference, text: str, participants: Iterable[Participant] = ()) -> None:
        """actions/speak: speak.started, and speak.ended when it is over."""
        seconds = len(text) * SPEECH_SECONDS_PER_CHARACTER
        self._sound(Sound("speak", conference, {}, tuple(participants)), seconds)

    def stop(self, conference: Conference, participants: Iterable[Participant] = ()) -> None:
        """actions/stop: what plays to these participants, or all that plays, is over."""
        with self.lock:
            chosen = set(participants)
            for sound in list(self.studio.sounds):
                if sound.conference is conference and (not chosen or chosen & set(sound.participants)):
                    self._finish(sound)

    def _sound(self, sound: Sound, seconds: float) -> None:
        with self.lock:
            self.studio.sounds.append(sound)
            self._announce_sound(sound, "started")
            self.after(seconds, lambda: self._finish(sound))

    def _finish(self, sound: Sound) -> None:
        if sound.over:
            return
        sound.over = True
        self.studio.sounds.remove(sound)
        self._announce_sound(sound, "ended")

    def _announce_sound(self, sound: Sound, moment: str) -> None:
        conference = sound.conference
        if not sound.participants:
            payload = envelopes.conference_wide_payload(conference, **sound.media)
            self.emit(f"conference.{sound.kind}.{moment}", conference.app, payload, at=self.moment())
        for participant in sound.participants:
            creator = conference.creator.call_session_id
            payload = envelopes.conference_payload(
                conference, participant.leg, creator_call_session_id=creator, **sound.media
            )
            event_type = f"conference.participant.{sound.kind}.{moment}"
            self.emit(event_type, conference.app, payload, at=self.moment(), leg=participant.leg)

    def start_recording(self, conference: Conference, file_format: str, channels: str) -> None:
        """actions/record_start; nothing announces it."""
        with self.lock:
            recording_id = identifiers.new_uuid(self.random)
            recording = Recording(recording_id, conference, self.moment(), file_format, channels)
            self.studio.recordings.append(recording)

    def stop_recording(self, conference: Conference, recording_id: str | None = None) -> None:
        """actions/record_stop: conference.recording.saved for each recording that stops."""
        with self.lock:
            for recording in list(self.studio.recordings):
                if recording.conference is conference and recording_id in (None, recording.id):
                    self.studio.recordings.remove(recording)
                    self._announce_recording(recording)

    def _announce_recording(self, recording: Recording) -> None:
        conference = recording.conference
        url = f"https://recordings.telnyx.example/{recording.id}.{recording.format}"
        payload = envelopes.conference_payload(
            conference, conference.creator, recording_id=recording.id, channels=recording.channels,
            format=recording.format, recording_started_at=stamp(recording.started_at),
            recording_ended_at=stamp(self.moment()), recording_urls={recording.format: url}, public_recording_urls={},
        )  # fmt: skip
        del payload["call_leg_id"]
        self.emit("conference.recording.saved", conference.app, payload, at=self.moment(), leg=conference.creator)
