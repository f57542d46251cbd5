"""What chance decides in a story: how the provider is, and what becomes of commands."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.provider_world import KINDS, Trouble

SELDOM = st.sampled_from([False, False, True])
NUMBER = st.integers(0, 1000)  # picks one of whatever there is
COMMANDS = {
    "dial": r"/v2/calls$",
    "join": "actions/join$",
    "update": "actions/update$",
    "mute": "actions/(un)?mute$",
    "leave": "actions/leave$",
    "hangup": "actions/hangup$",
    "any": ".",
}
SWITCHES = st.fixed_dictionaries(
    {
        "monitor_shows_muted": st.booleans(),
        "unmute_lifts_monitor": st.booleans(),
        "conference_hold_emits_call_hold": st.booleans(),
        "participants_include_left": st.booleans(),
        "whisperers_hear_each_other": st.booleans(),
        "repeated_command_status": st.sampled_from([200, 422]),
        "join_seconds": st.sampled_from([0.0, 0.0, 2.0]),
    }
)
ROLES = st.sampled_from(["monitor", "whisper", "barge"])
TROUBLES = st.builds(Trouble, st.sampled_from(KINDS), st.sampled_from([None, True, False]), st.sampled_from([1, 3, 6]))
PERHAPS = st.one_of(st.none(), TROUBLES)
