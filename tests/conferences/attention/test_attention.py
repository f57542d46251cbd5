"""The rule of attention: which reasons there are, from when on they count, and what goes before what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.attention import (
    DEFAULTS,
    RANK,
    InvalidLimits,
    Kind,
    Level,
    Limit,
    Limits,
    Watched,
    reasons,
    weight,
)
from conferences.wording.attention import reason_words

THEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NEVER = Limits(Limit(None), Limit(None), Limit(None))


def after(seconds: float) -> datetime:
    return THEN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("watched", "kind", "warns", "alarms"),
    [
        (Watched(waiting_since=THEN), Kind.WAITING, 30, 60),
        (Watched(alone_since=THEN), Kind.NO_AGENT, 10, 30),
        (Watched(held_since=THEN), Kind.ON_HOLD, 180, 300),
        (Watched(muted_since=THEN), Kind.MUTED, 40, 120),
        (Watched(started_at=THEN), Kind.LONG, 1500, 2400),
        (Watched(expires_at=after(14400)), Kind.ENDS_SOON, 13500, 14100),
        (Watched(holds=3, held_last=THEN), Kind.HELD_AGAIN, 0, None),
        (Watched(drift_at=THEN), Kind.DRIFT, 0, None),
        (Watched(help_asked_at=THEN), Kind.HELP, 0, 30),
    ],
    ids=lambda value: str(value) if isinstance(value, Kind) else "",
)
def test_each_reason_counts_from_its_moment_on(watched, kind, warns, alarms):
    (found,) = reasons(watched, DEFAULTS)
    assert found.kind is kind
    assert found.level(after(warns - 0.001)) is Level.NOT_YET
    assert found.level(after(warns)) is Level.ATTENTION  # never an alarm at once
    last = Level.ATTENTION if alarms is None else Level.ALARM
    assert (found.alarm_at, found.level(after(100_000))) == (None if alarms is None else after(alarms), last)


@pytest.mark.parametrize("watched", [Watched(), Watched(holds=2, held_last=THEN), Watched(holds=3)])
def test_what_is_not_known_is_no_reason(watched):
    assert reasons(watched, DEFAULTS) == ()


def test_an_empty_limit_never_counts():
    everything = Watched(waiting_since=THEN, held_since=THEN, started_at=THEN)
    assert reasons(everything, NEVER) == ()


def test_an_alarm_goes_before_whatever_is_none():
    long, help_asked = reasons(Watched(started_at=THEN), DEFAULTS), reasons(Watched(help_asked_at=THEN), DEFAULTS)
    assert weight(help_asked, after(0)) > weight(long, after(2399)) > 0
    assert weight(long, after(2400)) > weight(help_asked, after(0))
    assert weight((), THEN) == 0


moments = st.none() | st.floats(0, 20_000).map(after)
watched_calls = st.builds(
    Watched,
    **dict.fromkeys(["waiting_since", "alone_since", "held_since", "muted_since", "held_last"], moments),
    **dict.fromkeys(["started_at", "expires_at", "drift_at", "help_asked_at"], moments),
    holds=st.integers(0, 5),
)


@given(watched_calls, st.lists(st.floats(-1000, 40_000), min_size=2).map(sorted))
def test_time_alone_only_adds_reasons_and_makes_them_weightier(call, times):
    found = reasons(call, DEFAULTS)
    assert len({one.kind for one in found}) == len(found)
    assert [RANK[one.kind] for one in found] == sorted((RANK[one.kind] for one in found), reverse=True)
    weights = [weight(found, after(at)) for at in times]
    assert weights == sorted(weights)
    for one in found:
        assert one.alarm_at is None or one.warn_at < one.alarm_at
        assert reason_words(one.kind, one.count)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Limits(wait=Limit(0, 30)), "wait_warn"),
        (Limits(hold=Limit(60, 60)), "hold_alarm"),
        (Limits(talk=Limit(None, 60)), "talk_alarm"),
    ],
)
def test_limits_that_cannot_be_are_refused_by_name(limits, field):
    with pytest.raises(InvalidLimits) as refused:
        limits.check()
    assert refused.value.field == field
    assert DEFAULTS.check() is NEVER.check() is None
