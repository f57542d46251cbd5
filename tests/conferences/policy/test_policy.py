"""Who may do what on which conference and toward whom; every "may not" beside its "may"."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission, User

from conferences import policy
from conferences.errors import ConferenceOver, NotAllowed, NotPossible
from conferences.join_options import JoinOptions
from conferences.models import Agent, Conference, Leg, Supervisor
from tests.support.events import call, event, joined, left, receive
from tests.support.story import ANA, CHEN, DESK, LUIS, SALES_NUMBER, SUPPORT_NUMBER, make_supervisor


def outgoing(leg, address):
    return event("call.initiated", 0, leg=leg, direction="outgoing", from_="+14155550100", to=address)


@pytest.fixture
def support(directory, marta) -> Conference:
    """Ana and a customer are in it; Luis was; a device of Marta's is, somebody unknown, and Chen is on the way."""
    receive([*call("customer", to=SUPPORT_NUMBER), joined("customer", "support", 1),
             outgoing("ana", ANA), joined("ana", "support", 2),
             outgoing("luis", LUIS), joined("luis", "support", 2), left("luis", "support", 3),
             outgoing("marta", DESK), joined("marta", "support", 4), joined("unknown", "support", 5),
             outgoing("chen", CHEN),
             event("readback.participant", 6, leg="chen", conference="support", status="joining"),
             outgoing("elsewhere", ANA), joined("elsewhere", "other", 7)])  # fmt: skip
    return Conference.objects.get(conference_id="support")


@pytest.fixture
def sales(directory) -> Conference:
    receive([*call("buyer", to=SALES_NUMBER), joined("buyer", "sales", 1)])
    return Conference.objects.get(conference_id="sales")


def verdict(user, conference, role, *targets) -> str:
    """The sentence that refuses, or "may"."""
    try:
        policy.check_action(User.objects.get(pk=user.pk), conference, role, targets)
    except NotPossible as error:
        return error.sentence
    return "may"


@pytest.mark.parametrize(("role", "targets"), [("monitor", ()), ("whisper", ("ana",)), ("barge", ())])
def test_a_supervisor_with_all_modes_may_take_each(support, marta, role, targets):
    assert verdict(marta, support, role, *targets) == "may"


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("monitor", "may"), ("whisper", "You may not whisper; ask your administrator."),
     ("barge", "You may not barge; ask your administrator."),
     ("none", "You may not join as a plain participant; ask your administrator."),
     ("", "Choose a mode."), ("Monitor", "Choose a mode."), ("<b>", "Choose a mode.")],
)  # fmt: skip
def test_who_may_only_monitor_may_only_monitor(sales, ben, role, sentence):
    assert verdict(ben, sales, role) == sentence


@pytest.mark.parametrize("role", ["monitor", "whisper", "barge"])
def test_a_mode_is_refused_when_withdrawn_allowed_when_granted(support, marta, role):
    targets = ("ana",) if role == "whisper" else ()
    permission = Permission.objects.get(codename=f"{role}_conference")
    marta.user_permissions.remove(permission)
    assert verdict(marta, support, role, *targets) == f"You may not {role}; ask your administrator."
    marta.user_permissions.add(permission)
    assert verdict(marta, support, role, *targets) == "may"


def test_a_plain_participant_needs_barge_and_override_rights(support, marta):
    override = Permission.objects.get(codename="override_join_policy")
    assert verdict(marta, support, "none") == "You may not join as a plain participant; ask your administrator."
    marta.user_permissions.add(override)
    assert verdict(marta, support, "none") == "may"
    marta.user_permissions.remove(Permission.objects.get(codename="barge_conference"))
    assert verdict(marta, support, "none") == "You may not join as a plain participant; ask your administrator."


def test_only_calls_of_the_own_team_may_be_seen(support, sales, marta, ben):
    verdicts = [verdict(user, one, "monitor") for user in (marta, ben) for one in (support, sales)]
    unseen = "You may not see this conference."
    assert verdicts == ["may", unseen, "may", "may"]  # Chen, of Sales, is on the way into the call of Support


def test_an_administrator_who_supervises_nothing_may_nothing(support, cleo, directory):
    assert (policy.roles_of(cleo), verdict(cleo, support, "monitor")) == ((), "You may not see this conference.")
    Supervisor.objects.create(user=cleo).teams.add(directory.support)
    assert verdict(cleo, support, "monitor") == "may"


def test_a_deactivated_supervisor_may_nothing(support, marta):
    User.objects.filter(pk=marta.pk).update(is_active=False)
    assert verdict(marta, support, "monitor") == "You may not see this conference."
    assert policy.roles_of(User.objects.get(pk=marta.pk)) == ()


def test_roles_are_named_from_quiet_to_loud(marta, ben):
    assert [policy.roles_of(user) for user in (marta, ben)] == [("monitor", "whisper", "barge"), ("monitor",)]


def test_modes_without_being_a_supervisor_are_none(directory):
    user = make_supervisor("nora", "Nora Vidal", [directory.support], ["monitor_conference"])
    assert policy.roles_of(user) == ("monitor",)
    user.supervisor.delete()
    assert policy.roles_of(User.objects.get(pk=user.pk)) == ()


def test_an_ended_call_is_refused_for_every_mode(support, marta):
    receive([event("conference.ended", 9, conference="support")])
    over = Conference.objects.get(conference_id="support")
    assert [verdict(marta, over, role) for role in ("monitor", "whisper", "barge")] == ["This call has ended."] * 3


NEVER = "A customer can never be whispered to."
NOT_HERE = "One of those you chose is not in this call."


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [(("ana",), "may"), ((), "Choose at least one agent to whisper to."),
     (("customer",), NEVER), (("ana", "customer"), NEVER),
     (("unknown",), "Only agents can be whispered to."), (("marta",), "Only agents can be whispered to."),
     (("luis",), "Luis Ortega has left the call meanwhile."), (("chen",), "Chen Wei is not in the call yet."),
     (("ana", "ana"), "An agent was chosen twice."), (("elsewhere",), NOT_HERE), (("nobody",), NOT_HERE),
     (("",), NOT_HERE), (("\0",), NOT_HERE), (("x" * 10_000,), NOT_HERE)],
)  # fmt: skip
def test_only_agents_now_in_the_call_may_be_targets(support, marta, targets, sentence):
    assert verdict(marta, support, "whisper", *targets) == sentence


@pytest.mark.parametrize("role", ["monitor", "barge"])
def test_only_a_whisper_goes_to_somebody_in_particular(support, marta, role):
    assert verdict(marta, support, role, "ana") == "Only a whisper has people it goes to."


def test_an_agent_is_a_target_from_joining_until_leaving(support, marta):
    verdicts = []
    for fact in (joined("chen", "support", 8), left("chen", "support", 9)):
        receive([fact])
        verdicts.append(verdict(marta, support, "whisper", "chen"))
    assert verdicts == ["may", "Chen Wei has left the call meanwhile."]


def test_an_agent_removed_from_the_directory_is_no_target(support, marta):
    assert [one.leg.call_control_id for one in policy.whisper_legs(support)] == ["ana"]
    Agent.objects.filter(name="Ana Ruiz").delete()
    assert (policy.whisper_legs(support), Leg.objects.get(call_control_id="ana").kind) == ([], "agent")
    assert verdict(marta, support, "whisper", "ana") == "Only agents can be whispered to."


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [(("none",), (NotAllowed, "role")), (("whisper",), (NotPossible, "targets")),
     (("barge", "ana"), (NotPossible, "targets")), (("loud",), (NotPossible, "role"))],
)  # fmt: skip
def test_a_refusal_names_the_field_it_belongs_beside(support, marta, asked, refusal):
    role, *targets = asked
    with pytest.raises(NotPossible) as caught:
        policy.check_action(marta, support, role, targets)
    assert (type(caught.value), caught.value.field) == refusal


def test_an_ended_call_and_an_invisible_one_are_distinguished(support, sales, marta):
    Conference.objects.filter(pk=support.pk).update(state="completed")
    support.teams_then.set(support.teams_now())
    with pytest.raises(ConferenceOver):
        policy.check_action(marta, Conference.objects.get(pk=support.pk), "monitor", ())
    with pytest.raises(NotAllowed):
        policy.check_action(marta, sales, "monitor", ())


def test_full_numbers_are_only_for_those_permitted(marta, ben):
    assert (policy.may_see_numbers(marta), policy.may_see_numbers(ben)) == (True, False)


def options_verdict(user, conference, options) -> str:
    try:
        policy.check_options(User.objects.get(pk=user.pk), conference, options)
    except NotPossible as error:
        return error.sentence
    return "may"


def test_joining_against_the_queues_policy_needs_the_override_right(support, marta):
    of_queue = JoinOptions.of(support.queue)
    other = replace(of_queue, beep_enabled="always")
    refused = "You may not join otherwise than the queue's policy says; ask your administrator."
    assert [options_verdict(marta, support, one) for one in (None, of_queue, other)] == ["may", "may", refused]
    marta.user_permissions.add(Permission.objects.get(codename="override_join_policy"))
    assert options_verdict(marta, support, other) == "may"


def test_even_who_may_override_chooses_nothing_impossible(support, marta):
    marta.user_permissions.add(Permission.objects.get(codename="override_join_policy"))
    both = JoinOptions(end_conference_on_exit=True, soft_end_conference_on_exit=True)
    sentence = "Leaving either hangs everyone up or ends the conference, not both."
    assert options_verdict(marta, support, both) == sentence
    assert options_verdict(marta, support, JoinOptions(end_conference_on_exit=True)) == "may"
