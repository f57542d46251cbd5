"""What a supervisor may submit for each action; a refusal is a sentence beside its field and keeps what was chosen."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conferences import policy
from conferences.addresses import readable
from conferences.errors import NotPossible, RefusedByProvider
from conferences.join_options import NAMES, JoinOptions
from conferences.models import AnswerCheck, Conference, Device, Leg, Supervision
from conferences.policy.listening import options_of, rules_of
from conferences.supervision.phone.answer_checks import announcement, check_of_leg
from conferences.supervision.phone.own_legs import own_legs
from conferences.wording.translated import translated
from dashboard.forms.join_options import chosen_options, option_fields, options_sent
from dashboard.presenters.hearing.joining import modes

TOO_MANY = 50
# The provider's names for what these forms ask for otherwise.
PROVIDER_FIELDS = {
    "to": "my_leg",
    "call_control_id": "my_leg",
    "supervisor_role": "role",
    "whisper_call_control_ids": "targets",
}


class RoleForm(forms.Form):
    """A role and, for a whisper, the agents it goes to. Rights and presence are judged when it is asked for."""

    role = forms.ChoiceField(
        choices=Supervision.Role,
        error_messages={"required": _("Choose a mode."), "invalid_choice": _("Choose a mode.")},
    )
    targets = forms.MultipleChoiceField(required=False)

    def __init__(
        self, conference: Conference, user: User, *args: Any, running: Supervision | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.conference, self.user, self.running = conference, user, running
        self.agents = policy.whisper_legs(conference)
        self.roles = [role for role in policy.roles_of(user) if role in policy.PERMISSIONS]
        self.may_join_plainly = Supervision.Role.NONE in policy.roles_of(user)
        if self.is_bound:
            # Whoever was chosen and has left is refused by name below, not as an unknown choice.
            self.fields["targets"].choices = [(one, one) for one in self._sent()]  # type: ignore[attr-defined]

    def _sent(self) -> list[str]:
        return self.data.getlist("targets")[:TOO_MANY] if isinstance(self.data, QueryDict) else []

    def _chosen(self) -> list[str]:
        """The legs that were ticked, without the character that PostgreSQL stores nowhere."""
        return [one.replace("\0", "") for one in self._sent()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["targets"] = self._chosen() if cleaned.get("role") == Supervision.Role.WHISPER else []
        return cleaned

    def refuse(self, error: NotPossible) -> None:
        """Show why not, beside the field it is about, by our name for it or the provider's."""
        name = PROVIDER_FIELDS.get(error.field or "", error.field)
        self.add_error(name if name in self.fields else None, translated(error.sentence))

    @property
    def sentence(self) -> str:
        """What is wrong, where there is no room for fields."""
        return " ".join(str(sentence) for sentences in self.errors.values() for sentence in sentences)

    @property
    def wants_confirmation(self) -> bool:
        """Whether the bar's one press would let everybody hear her: there it takes a second one."""
        role, running = self.cleaned_data.get("role"), self.running
        return self.data.get("guard") == role == "barge" and running is not None and running.accepted_role != role

    @property
    def ticked(self) -> list[str]:
        """The boxes to show ticked: what was sent, else every agent who is in the call."""
        if self.is_bound:
            return self._chosen()
        return [one.leg.call_control_id for one in self.agents]


class SuperviseForm(RoleForm):
    """The form that begins a supervision: role, targets, and the leg to listen and speak on."""

    token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open this form again.")})
    my_leg = forms.ChoiceField(
        error_messages={
            "required": _("Choose the phone you want to use."),
            "invalid_choice": _("That phone is no longer on a call you could use."),
        }
    )

    def __init__(self, conference: Conference, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(conference, user, *args, **kwargs)
        self.policy = options_of(conference.queue)
        if policy.may_override(user):
            self.fields |= option_fields()
            self.initial = {**self.policy.stored(), **self.initial}
        self.rules = rules_of(conference)
        if self.rules.reason_required:
            self.fields["reason"] = _reason(self.rules.reasons)
        self.modes = modes(self.roles, conference)
        self.devices = list(Device.objects.filter(supervisor__user=user))
        self.legs = list(own_legs(user))
        legs = [(f"leg:{one.pk}", _label(_of_leg(one), check_of_leg(one, user))) for one in self.legs]
        devices = [(f"device:{one.pk}", _label(_of_device(one), one.check_in_force)) for one in self.devices]
        self.fields["my_leg"].choices = [*devices, *legs]  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("token", uuid.uuid4())
            # A leg that is up already is chosen by the supervisor alone: a wrong one would hear the call at once.
            offered = [value for value, _ in devices]
            asked = f"device:{self.initial.get('phone', '')}"
            self.initial.setdefault("my_leg", asked if asked in offered else next(iter(offered), ""))

    def refuse(self, error: NotPossible) -> None:
        """Show why not; after a refusal of the provider's the next try is another supervision."""
        super().refuse(error)
        if isinstance(error, RefusedByProvider) and isinstance(self.data, QueryDict):
            anew = self.data.copy()
            anew["token"] = str(uuid.uuid4())
            self.data = anew

    @property
    def options(self) -> JoinOptions:
        """How to join: the queue's policy, or what was chosen under More options."""
        return chosen_options(self.cleaned_data, self.policy)

    @property
    def options_shown(self) -> JoinOptions:
        """What the form says so far of how she will join, good or bad."""
        return options_sent(self.data, self.policy) if self.is_bound else self.policy

    @property
    def more_options(self) -> list[forms.BoundField]:
        """The fields under More options; none for those who are not permitted to depart from the policy."""
        return [self[name] for name in NAMES if name in self.fields]

    @property
    def warning(self) -> str:
        """What leaving will do to the others by the queue's policy, where that is more than nothing."""
        return translated(self.policy.warning)

    @property
    def device(self) -> Device | None:
        return next((one for one in self.devices if f"device:{one.pk}" == self.cleaned_data.get("my_leg")), None)

    @property
    def leg(self) -> Leg | None:
        return next((one for one in self.legs if f"leg:{one.pk}" == self.cleaned_data.get("my_leg")), None)


class HopForm(forms.Form):
    """What is asked of one who goes over to a call on the phone she has: why, where policy wants to know."""

    def __init__(self, conference: Conference) -> None:
        super().__init__()
        rules = rules_of(conference)
        if rules.reason_required:
            self.fields["reason"] = _reason(rules.reasons)
            self.fields["reason"].required = True


def _reason(reasons: tuple[str, ...]) -> forms.Field:
    """A list where policy has one, else a line to write in; that it is missing is said with all else."""
    if reasons:
        return forms.ChoiceField(
            label=_("Why"), required=False, choices=[("", _("Choose why")), *((one, one) for one in reasons)]
        )
    return forms.CharField(label=_("Why"), required=False, max_length=200)


def _of_leg(leg: Leg) -> str:
    return gettext("On a call already: {number}").format(number=readable(leg.far_address))


def _of_device(device: Device) -> str:
    return gettext("Call {phone}").format(phone=device)


def _label(phone: str, check: AnswerCheck) -> str:
    """Say beforehand what she will have to do on that phone."""
    said = translated(announcement(check))
    return f"{phone}. {said}" if said else phone
