"""What may be said of a supervisor being heard before anything is reckoned: doubt is never told as silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.audibility import Claim, OwnMode, OwnVoice, claim

T = datetime(2026, 11, 25, 9, tzinfo=UTC)
MONITOR, BARGE, NOTHING = OwnMode("monitor"), OwnMode("barge"), OwnMode("")


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


DIALLED = OwnVoice(
    asked=MONITOR,
    requested_at=at(0),
    accepted=NOTHING,
    accepted_at=None,
    join_sent_at=None,
    is_joining=False,
    is_muted=False,
    is_proved=False,
    is_in=False,
)
SENT = replace(DIALLED, join_sent_at=at(1), is_joining=True)
ACCEPTED = replace(SENT, accepted=MONITOR, accepted_at=at(2), is_joining=False, is_muted=True, is_in=True)


@pytest.mark.parametrize(
    ("voice", "claimed"),
    [
        (DIALLED, Claim.NOT_SENT),
        (replace(DIALLED, is_in=True), Claim.RECKONED),  # somebody else let her in
        (SENT, Claim.BEING_MUTED),
        (replace(SENT, asked=BARGE), Claim.RECKONED),
        (replace(SENT, asked=BARGE, requested_at=at(1.5)), Claim.CHANGED_MEANWHILE),
        (replace(SENT, requested_at=at(1.5)), Claim.CHANGED_MEANWHILE),  # it may have been sent for a barge
        (replace(SENT, asked=BARGE, requested_at=at(1.5), is_in=True), Claim.RECKONED),
        (replace(SENT, is_joining=False), Claim.RECKONED),  # its answer was lost
        (ACCEPTED, Claim.BEING_MUTED),
        (replace(ACCEPTED, is_proved=True), Claim.RECKONED),
        (replace(ACCEPTED, is_muted=False), Claim.RECKONED),
        (replace(ACCEPTED, accepted_at=at(1.4)), Claim.RECKONED),  # a second has passed
        (replace(ACCEPTED, asked=BARGE, requested_at=at(2.1)), Claim.RECKONED),
        (replace(ACCEPTED, accepted=NOTHING), Claim.NOT_CERTAIN),
    ],
)
def test_what_may_be_claimed(voice: OwnVoice, claimed: Claim):
    assert claim(voice, at(2.5)) is claimed


modes = st.sampled_from([MONITOR, BARGE, OwnMode("whisper", frozenset({"a"})), NOTHING])
times = st.integers(0, 6).map(at)
voices = st.builds(
    OwnVoice,
    asked=modes.filter(lambda one: one != NOTHING),
    requested_at=times,
    accepted=modes,
    accepted_at=st.none() | times,
    join_sent_at=st.none() | times,
    is_joining=st.booleans(),
    is_muted=st.booleans(),
    is_proved=st.booleans(),
    is_in=st.booleans(),
)


@given(voices)
def test_silence_is_claimed_only_before_sending_or_when_monitoring(voice: OwnVoice):
    claimed = claim(voice, at(6.5))
    if claimed is Claim.NOT_SENT:
        assert (voice.join_sent_at, voice.is_in) == (None, False)
    if claimed is Claim.BEING_MUTED:
        assert {voice.asked.role, voice.accepted.role} <= {"monitor", ""}


@given(voices)
def test_a_mode_that_nobody_knows_is_called_uncertain(voice: OwnVoice):
    unknown = voice.accepted_at is not None and not voice.accepted.role and voice.join_sent_at is not None
    assert (claim(voice, at(6.5)) is Claim.NOT_CERTAIN) is unknown
