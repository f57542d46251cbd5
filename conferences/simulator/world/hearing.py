"""Who really hears whom in the simulated world: the oracle for every claim about being heard."""

from __future__ import annotations

from conferences.simulator.world.records import Conference, Leg, Participant
from conferences.simulator.world.state import State


def heard_by(state: State, conference_id: str) -> dict[str, set[str]]:
    """Tell, for each joined participant's call_control_id, whose voices reach it (Telnyx docs: Join a conference).

    Raises KeyError for an unknown conference; empty once the conference has ended.
    """
    with state.lock:
        conference = state.conferences[conference_id]
        joined = [each for each in conference.participants if each.status == "joined"]
        return {
            listener.leg.call_control_id: {
                speaker.leg.call_control_id for speaker in joined if _hears(state, conference, listener, speaker)
            }
            for listener in joined
        }


def _hears(state: State, conference: Conference, listener: Participant, speaker: Participant) -> bool:
    if listener is speaker or conference.status != "in_progress":
        return False
    return _is_present(listener) and _speaks(speaker) and _addresses(state, speaker, listener)


def hears_a_supervisor(state: State, leg: Leg) -> bool:
    """Tell whether the voice of any supervisor reaches this leg in its conference now."""
    me = leg.participant
    if me is None:
        return False
    with state.lock:
        others = [one for one in me.conference.participants if one.status == "joined" and one.role != "none"]
        return any(_hears(state, me.conference, me, one) for one in others)


def _is_present(participant: Participant) -> bool:
    leg = participant.leg
    return leg.is_alive and not leg.held_by_phone and not participant.on_hold


def _speaks(speaker: Participant) -> bool:
    return _is_present(speaker) and not speaker.muted and not speaker.only_listens


def _addresses(state: State, speaker: Participant, listener: Participant) -> bool:
    if speaker.role != "whisper" or speaker.monitor_lifted or state.switches.whispers_reach_everybody:
        return True
    if listener.role == "whisper" and state.switches.whisperers_hear_each_other:
        return True
    return listener.leg.call_control_id in speaker.whisper_to


def heard_on_call(state: State, leg: Leg) -> dict[str, set[str]]:
    """Tell the same of a bridged call of two legs and those who supervise either of them (Telnyx docs: Dial).

    barge is heard by both, monitor by none, whisper only by the leg named when dialling.
    """
    with state.lock:
        if leg.bridged_with is None:
            return {}
        pair = (leg, leg.bridged_with)
        supervisors = [each for each in state.legs.values() if each.is_alive and each.supervises in pair]
        heard: dict[str, set[str]] = {each.call_control_id: set() for each in (*pair, *supervisors)}
        heard[pair[0].call_control_id].add(pair[1].call_control_id)
        heard[pair[1].call_control_id].add(pair[0].call_control_id)
        for supervisor in supervisors:
            heard[supervisor.call_control_id] = {each.call_control_id for each in pair}
            for listener in pair:
                if supervisor.supervisor_role == "barge" or _whispered(supervisor, listener):
                    heard[listener.call_control_id].add(supervisor.call_control_id)
        return heard


def _whispered(supervisor: Leg, listener: Leg) -> bool:
    return supervisor.supervisor_role == "whisper" and supervisor.supervises is listener
