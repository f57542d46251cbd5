"""What the center's own systems tell of calls and shared phones: a sign-in, that nobody may listen, a call for help."""

from __future__ import annotations

from django.http import HttpRequest

from conferences.errors import NotPossible
from conferences.ingest.systems.sign_ins import sign_in
from conferences.models import Conference, Participant
from conferences.supervision.requests import sensitive
from conferences.supervision.requests.helping import asking
from dashboard.views.api.tokens import Asked, agent_of, for_systems, lasting_of
from dashboard.views.supervisor_request import client_ip


@for_systems('{"agent": "Ana Ruiz", "address": "+14155550188"}')
def agents_sign_in(_: HttpRequest, asked: Asked) -> Asked:
    """Take `{"agent": id or name, "address": …}`: that agent is at this phone now, of all who share it."""
    row = sign_in(agent_of(asked.get("agent")), str(asked.get("address") or ""))
    return {"agent": row.agent.name, "address": row.address, "signed_in_at": row.signed_in_at}


@for_systems('{"call_control_id": "v3:…", "seconds": 120, "reason": "card payment"}')
def sensitive_section(request: HttpRequest, asked: Asked) -> Asked:
    """Have nobody listen to the call that a leg is in, or that has this `conference_id`, for `seconds`, default 300.

    With `"end": true` that is over; only the section that a system began, not one of a supervisor's.
    """
    found, ip = _calls(asked), client_ip(request)
    if asked.get("end") is True:
        return {"ended": sum(sensitive.end(one, None, ip=ip) for one in found)} | _ids(found)
    lasting, reason = sensitive.USUAL, str(asked.get("reason") or "")
    if asked.get("seconds") is not None:
        lasting = lasting_of(asked["seconds"], sensitive.LONGEST)
    begun = [sensitive.begin(one, None, lasting=lasting, reason=reason, ip=ip) for one in found]
    return {"until": max(one.until for one in begun)} | _ids(found)


@for_systems('{"agent": "Ana Ruiz", "reason": "refund above my limit"}')
def help_wanted(request: HttpRequest, asked: Asked) -> Asked:
    """Ask for a supervisor's help for `agent`, in the call she is in; with `"withdraw": true` take that back.

    Asked again while it is open, it is the same request.
    """
    agent, ip = agent_of(asked.get("agent")), client_ip(request)
    if asked.get("withdraw") is True:
        asking.withdraw(agent, ip=ip)
        return {"agent": agent.name, "state": "withdrawn", "asked_at": None, "conference_id": None}
    wish = asking.ask(agent, reason=str(asked.get("reason") or "").replace("\0", ""), ip=ip)
    return {
        "agent": agent.name,
        "state": "taken" if wish.taken_by_id else "asked",
        "asked_at": wish.asked_at,
        "conference_id": wish.conference.conference_id,
    }


def _calls(asked: Asked) -> list[Conference]:
    """Return the live conferences with that id, or in which that leg is, or is about to be."""
    names = [one for one in ("conference_id", "call_control_id") if isinstance(asked.get(one), str) and asked[one]]
    if len(names) != 1:
        raise NotPossible("Send either conference_id or call_control_id, as Telnyx has it.", field="call_control_id")
    text, live = asked[names[0]].replace("\0", ""), Conference.objects.live()
    if names == ["conference_id"]:
        found = live.filter(conference_id=text)
    else:
        participants = Participant.objects.present().filter(leg__call_control_id=text)
        found = live.filter(pk__in=participants.values("conference"))
    if calls := list(found):
        return calls
    raise NotPossible("No such call is live.", field=names[0])


def _ids(found: list[Conference]) -> Asked:
    return {"conferences": [one.conference_id for one in found]}
