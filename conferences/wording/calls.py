"""Calls, legs and modes: their states, what supervisors do in them, and why they ended."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

# By the state of a call, a leg or an agent, as presenters know it.
STATES: Final = {
    one: one
    for one in (
        _("Talking"),
        _("On hold"),
        _("No agent"),
        _("No customer"),
        _("Waiting to start"),
        _("Nobody left"),
        _("Ended"),
        _("Ringing"),
        _("Answered"),
        _("Muted"),
        _("In no conference"),
        _("In two calls"),
        _("Idle"),
        _("Wrapping up"),
        _("Not known"),
    )
}
# The same beside a number of them.
COUNTED: Final = {
    "Talking": _("talking"),
    "On hold": _("on hold"),
    "Muted": _("muted"),
    "Ringing": _("ringing"),
    "In no conference": _("in no conference"),
    "In two calls": _("in two calls"),
    "Idle": _("idle"),
    "Wrapping up": _("wrapping up"),
}
# Telnyx docs: Voice API webhooks, conference.ended; the last is what the reconciler notes.
END_REASONS: Final = {
    "all_left": _("everybody left"),
    "host_left": _("the leg that held the call left"),
    "time_exceeded": _("the time limit was reached"),
    "ended_via_api": _("ended by an application"),
}
JOINING: Final = {
    "monitor": _("Joining as monitor"),
    "whisper": _("Joining as whisper"),
    "barge": _("Joining as barge"),
    "none": _("Joining as plain participant"),
}
MODES: Final = {"monitor": _("monitor"), "whisper": _("whisper"), "barge": _("barge"), "none": _("plain participant")}
# {name} is a supervisor, {targets} are agents.
DOING: Final = {
    "monitor": _("{name} monitors"),
    "whisper": _("{name} whispers to {targets}"),
    "barge": _("{name} barges in"),
    "none": _("{name} takes part"),
}


def state_words(state: str) -> str:
    """Return a state in the reader's words."""
    return gettext(STATES[state]) if state in STATES else state


def counted_words(state: str) -> str:
    """Return a state as it stands beside a number of agents in it."""
    return gettext(COUNTED[state]) if state in COUNTED else state


def end_words(reason: str) -> str:
    """Put the provider's reason for an ended conference into words; one that is not known as it is."""
    return gettext(END_REASONS[reason]) if reason in END_REASONS else reason.replace("_", " ")


def joining_words(role: str) -> str:
    """Say in which mode a supervisor is on the way in."""
    return gettext(JOINING.get(role, JOINING["none"]))


def doing_words(name: str, role: str, targets: str) -> str:
    """Say what a supervisor does in a call; a role that is not certain is said to be so."""
    if role not in DOING:
        return gettext("{name} is in the call, mode not certain").format(name=name)
    if role == "whisper" and not targets:
        return gettext("{name} whispers").format(name=name)
    return gettext(DOING[role]).format(name=name, targets=targets)


def with_words(agents: str, others: str) -> str:
    """Return what a call is called: its agents and whom they talk to, either of which may be empty."""
    if agents and others:
        return pgettext("the name of a call", "{agents} with {others}").format(agents=agents, others=others)
    return agents or others


def mode_word(role: str) -> str:
    """Return what a mode is called within a sentence; a role that is not known as it is."""
    return gettext(MODES[role]) if role in MODES else role
