"""Why somebody may listen no longer."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

# By the kind, a value of policy.entitlement.Withdrawn.
SENTENCES: Final = {
    "account": _("The account was switched off."),
    "supervisor": _("The account is no supervisor's any more."),
    "session": _("The login ended: by logging out, by a change of password, or by its time."),
    "device": _("The phone was taken out of the directory."),
    "mode": _("The permission for this mode was withdrawn."),
    "scope": _("No agent or queue of the supervisor's teams is in the call."),
    "sensitive": _("A sensitive section began, in which nobody may listen."),
    "protected": _("Somebody who is protected is in the call, so nobody may listen."),
    "policy": _("The policy of the queue or team does not allow it any more."),
    "too_long": _("The longest time that the policy of the queue or team allows was over."),
}
