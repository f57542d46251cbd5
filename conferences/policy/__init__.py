"""What this supervisor may do on this conference, and why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from conferences import clock
from conferences.errors import ConferenceOver, NotAllowed, NotPossible
from conferences.join_options import JoinOptions
from conferences.models import Agent, Conference, Leg, Participant, Queue, SensitiveSection, Supervision, Supervisor
from conferences.models.listening.scope import Scope, scope_of
from conferences.policy.listening import FREE, Refusal, options_of, rules_now, rules_of_agent
from conferences.telnyx.rules import InvalidCommand
from conferences.wording.refusals import SENTENCES

PERMISSIONS = {
    Supervision.Role.MONITOR: "conferences.monitor_conference",
    Supervision.Role.WHISPER: "conferences.whisper_conference",
    Supervision.Role.BARGE: "conferences.barge_conference",
}

NOT_PERMITTED = {
    "monitor": _("You may not monitor; ask your administrator."),
    "whisper": _("You may not whisper; ask your administrator."),
    "barge": _("You may not barge; ask your administrator."),
    "none": _("You may not join as a plain participant; ask your administrator."),
}
NOBODY_CHOSEN = _("Choose at least one agent to whisper to.")
NOBODY_THERE = _("No agent is in the call now.")

# An agent who comes back within this time has not left her team's scope.
COMES_BACK = timedelta(seconds=5)


def roles_of(user: User) -> tuple[Supervision.Role, ...]:
    """Return the roles the user may take, quiet to loud; none for a user who is no supervisor."""
    return roles_of_all([user])[user.pk]


def roles_of_all(users: Collection[User]) -> dict[int, tuple[Supervision.Role, ...]]:
    """Return the same of each of these users, by their keys, after one query for all of them."""
    supervisors = set(Supervisor.objects.order_by().filter(user__in=users).values_list("user_id", flat=True))
    return {user.pk: modes_of(user) if user.is_active and user.pk in supervisors else () for user in users}


def modes_of(user: User) -> tuple[Supervision.Role, ...]:
    """Return the modes that the user's permissions allow a supervisor; whether the user is one is not asked."""
    modes = [role for role, permission in PERMISSIONS.items() if user.has_perm(permission)]
    if Supervision.Role.BARGE in modes and may_override(user):
        # To the provider the same as barge, so it needs the same right (Telnyx docs: Join a conference).
        modes.append(Supervision.Role.NONE)
    return tuple(modes)


def may_override(user: User) -> bool:
    """Return whether the user may join otherwise than the queue's policy says."""
    return user.has_perm("conferences.override_join_policy")


def may_end_others(user: User) -> bool:
    """Return whether the user may end somebody else's supervision of a call that he may see."""
    return user.has_perm("conferences.end_supervision")


def may_see_unassigned(user: User) -> bool:
    """Return whether the user may see calls that are recognised for no team; to listen to them is another right."""
    return user.has_perm("conferences.view_unassigned")


def may_see_numbers(user: User) -> bool:
    return user.has_perm("conferences.view_customer_number")


def whisper_legs(conference: Conference) -> list[Participant]:
    """Return who may be whispered to: agents in the conference now, never customers nor unknown legs.

    An agent who is no longer in the directory is none.
    """
    return [one for one in conference.present() if is_an_agents(one.leg)]


def is_an_agents(leg: Leg) -> bool:
    """Return whether it is the leg of an agent who is in the directory."""
    return leg.kind == Leg.Kind.AGENT and leg.agent_id is not None


def agents_in(conference: Conference) -> frozenset[str]:
    """Return the same as of this moment, by the call_control_ids of their legs, after one query."""
    joined = Participant.objects.filter(conference=conference, state=Participant.State.JOINED)
    agents = joined.filter(leg__kind=Leg.Kind.AGENT, leg__agent__isnull=False)
    return frozenset(agents.order_by().values_list("leg__call_control_id", flat=True))


def is_in_scope(user: User, conference: Conference) -> bool:
    """Return whether an agent or queue of the user's is in the call now, or was a few seconds ago.

    Having taken part is enough for seeing the call (`visible_to`), and not for listening to it.
    """
    return _is_within(scope_of(user), conference)


def _is_within(scope: Scope, conference: Conference) -> bool:
    return is_within(scope, conference.queue, teams_lately_in([conference])[conference.pk])


def is_within(scope: Scope, queue: Queue | None, teams: Collection[int]) -> bool:
    """Return the same of a call of that queue in which there are, or lately were, agents of these teams."""
    is_ours = queue is not None and (queue.team_id in scope.teams or queue.pk in scope.queues)
    return is_ours or not scope.teams.isdisjoint(teams)


def teams_lately_in(conferences: Iterable[Conference]) -> dict[UUID, frozenset[int]]:
    """Return the teams of agents who are in each of these calls, or were a few seconds ago, after one query."""
    teams: dict[UUID, set[int]] = {one.pk: set() for one in conferences}
    long_gone = Q(state=Participant.State.LEFT, left_at__lt=clock.now() - COMES_BACK)
    agents = Participant.objects.filter(conference__in=teams, leg__agent__isnull=False).exclude(long_gone)
    for conference, team in agents.order_by().values_list("conference_id", "leg__agent__team_id"):
        teams[conference].add(team)
    return {pk: frozenset(those) for pk, those in teams.items()}


def is_sensitive(conference: Conference) -> bool:
    """Return whether a sensitive section is running now, during which nobody may listen."""
    return bool(sensitive_of([conference]))


def sensitive_of(conferences: Iterable[Conference]) -> frozenset[UUID]:
    """Return in which of these calls one is, by their keys."""
    running = SensitiveSection.objects.running().filter(conference__in=[one.pk for one in conferences])
    return frozenset(running.order_by().values_list("conference_id", flat=True))


def is_in_it(scope: Scope, conference: Conference) -> bool:
    """Return the same, as of this moment, of a call that is loaded `with_people`."""
    return bool(scope.teams & teams_in(conference)) or conference.queue_id in scope.queues


def why_not_now(user: User, conference: Conference, role: str) -> Refusal | None:
    """Return why nobody, or not this user, may take that mode in this call now, although the right is there."""
    if is_sensitive(conference):
        return Refusal.SENSITIVE
    rules = rules_now(conference)
    if rules is FREE:
        return None
    running = Supervision.objects.running().filter(conference=conference)
    is_listening = running.filter(user=user, is_active=True, joined_at__isnull=False).exclude(accepted_role="").exists()
    others = list(running.filter(is_active=True).exclude(user=user).values_list("requested_role", flat=True))
    return rules.why_not(role, is_listening=is_listening, others=others)


def check_reason(conference: Conference, reason: str) -> None:
    """Raise NotPossible unless that reason will do, where policy asks for one."""
    if not rules_now(conference).accepts(reason):
        raise NotPossible(SENTENCES[Refusal.REASON], field="reason", kind=Refusal.REASON)


def check_following(agent: Agent, reason: str) -> None:
    """Raise NotPossible where it is known beforehand that no call of the agent's may be monitored, or not without a
    reason. Load her with her team.
    """
    rules = rules_of_agent(agent)
    if refusal := rules.why_not(Supervision.Role.MONITOR, is_listening=False):
        raise NotAllowed(SENTENCES[refusal], kind=refusal)
    if not rules.accepts(reason):
        raise NotPossible(SENTENCES[Refusal.REASON], field="reason", kind=Refusal.REASON)


def teams_in(conference: Conference) -> frozenset[int]:
    """Return the teams whose supervisors may listen now: those of its queue and of agents in it. Load `with_people`."""
    agents = {agent.team_id for one in conference.present() for agent in one.leg.agents}
    return frozenset(agents | ({conference.queue.team_id} if conference.queue else set()))


def check_action(user: User, conference: Conference, role: str, targets: Iterable[str]) -> None:
    """Raise NotPossible, in words, unless `user` may take `role` on `conference` toward these legs now."""
    _check_scope(scope_of(user), conference)
    if role not in Supervision.Role.values:
        raise NotPossible(_("Choose a mode."), field="role")
    if role not in roles_of(user):
        raise NotAllowed(NOT_PERMITTED[role], field="role")
    if not conference.is_live:
        raise ConferenceOver(_("This call has ended."))
    if refusal := why_not_now(user, conference, role):
        raise NotAllowed(SENTENCES[refusal], field="role", kind=refusal)
    check_targets(conference, role, list(targets))


def _check_scope(scope: Scope, conference: Conference) -> None:
    """Raise NotAllowed unless the call is seen and, while it lives, one of ours is in it, which alone makes it seen."""
    if conference.is_live and _is_within(scope, conference):
        return
    if not Conference.objects.in_scope(scope).filter(pk=conference.pk).exists():
        raise NotAllowed(_("You may not see this conference."))
    if conference.is_live:
        raise NotAllowed(_("No agent or queue of your teams is in this call now: you may see it, not join it."))


def check_options(user: User, conference: Conference, options: JoinOptions | None) -> None:
    """Raise NotPossible unless the leg may join with these options; None stands for the queue's policy."""
    if options is None or options == options_of(conference.queue):
        return
    if not may_override(user):
        raise NotAllowed(_("You may not join otherwise than the queue's policy says; ask your administrator."))
    try:
        options.check(settings.HOLD_AUDIO_ALLOWED_ORIGINS)
    except InvalidCommand as error:
        raise NotPossible(error.sentence, field=error.field) from None


def check_targets(conference: Conference, role: str, targets: list[str]) -> None:
    """Raise NotPossible unless the targets fit the role: for whisper at least one agent who is in the call now."""
    if role != Supervision.Role.WHISPER:
        if targets:
            raise NotPossible(_("Only a whisper has people it goes to."), field="targets")
        return
    allowed = agents_in(conference)
    if not targets:
        raise NotPossible(NOBODY_CHOSEN if allowed else NOBODY_THERE, field="targets")
    if len(set(targets)) != len(targets):
        raise NotPossible(_("An agent was chosen twice."), field="targets")
    for target in targets:
        if target not in allowed:
            raise NotPossible(_why_not(conference, target), field="targets")


def _why_not(conference: Conference, call_control_id: str) -> str:
    """The target may be any text; what was never here is only said not to be in this call."""
    participants = conference.participants.select_related("leg__agent")
    participant = next((one for one in participants if one.leg.call_control_id == call_control_id), None)
    if participant is None:
        return _("One of those you chose is not in this call.")
    if participant.leg.agent is not None:
        joining = participant.state == Participant.State.JOINING
        return f"{participant.leg.agent} " + ("is not in the call yet." if joining else "has left the call meanwhile.")
    if participant.leg.kind == Leg.Kind.SYSTEM:
        return f"{participant.leg.system or 'A system'} is a machine: there is nobody to whisper to."
    if participant.leg.kind == Leg.Kind.CUSTOMER:
        return _("A customer can never be whispered to.")
    return _("Only agents can be whispered to.")
