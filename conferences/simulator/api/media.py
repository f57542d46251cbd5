"""The conference commands about sound: speak, play, stop and recording."""

from __future__ import annotations

from conferences.simulator import refusals
from conferences.simulator.api.conferences import participant_of, target
from conferences.simulator.api.desk import Desk
from conferences.simulator.api.http import Request, Response, ok
from conferences.simulator.api.validation import Fields
from conferences.simulator.world import Conference, Participant

LONGEST_SPEECH = 3000


def _listeners(desk: Desk, conference: Conference, fields: Fields) -> list[Participant]:
    ids = fields.strings("call_control_ids")
    return [participant_of(desk, conference, each, "/call_control_ids") for each in ids]


def speak(desk: Desk, request: Request) -> Response:
    """actions/speak."""
    fields = Fields(request.json())
    text = fields.required("payload")
    fields.required("voice")
    fields.choice("payload_type", ("text", "ssml"))
    if len(text) > LONGEST_SPEECH:
        raise refusals.out_of_range(1, LONGEST_SPEECH, pointer="/payload")
    conference = target(desk, request)
    desk.world.speak(conference, text, _listeners(desk, conference, fields))
    return ok()


def play(desk: Desk, request: Request) -> Response:
    """actions/play."""
    fields = Fields(request.json())
    fields.not_both("audio_url", "media_name")
    audio_url, media_name = fields.text("audio_url"), fields.text("media_name")
    if not audio_url and not media_name:
        raise refusals.missing("/audio_url")
    media = {"media_url": audio_url} if audio_url else {"media_name": media_name or ""}
    conference = target(desk, request)
    desk.world.play(conference, media, _listeners(desk, conference, fields))
    return ok()


def stop(desk: Desk, request: Request) -> Response:
    """actions/stop."""
    conference = target(desk, request)
    desk.world.stop(conference, _listeners(desk, conference, Fields(request.json())))
    return ok()


def record_start(desk: Desk, request: Request) -> Response:
    """actions/record_start."""
    fields = Fields(request.json())
    fields.required("format")
    file_format = fields.choice("format", ("wav", "mp3")) or "mp3"
    channels = fields.choice("channels", ("single", "dual")) or "single"
    desk.world.start_recording(target(desk, request), file_format, channels)
    return ok()


def record_stop(desk: Desk, request: Request) -> Response:
    """actions/record_stop."""
    recording_id = Fields(request.json()).text("recording_id")
    desk.world.stop_recording(target(desk, request), recording_id)
    return ok()


def record_pause(desk: Desk, request: Request) -> Response:
    """actions/record_pause and record_resume: accepted, and nothing announces them."""
    target(desk, request)
    return ok()
