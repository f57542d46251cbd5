"""What the provider's D codes mean: what of the account's own set-up forbids a call."""

from typing import Final, NamedTuple


class AccountCode(NamedTuple):
    """One D code: a sentence for the supervisor; its cause and what to check for the administrator."""

    code: str
    supervisor: str
    administrator: str


# Those seen in answers to Dial and in call.hangup, with the provider's words for them. The provider has more and lists
# them nowhere: one that is not here is shown with its words.
ACCOUNT_CODES: Final = (
    AccountCode(
        "D13",
        "Our phone account may not call numbers of this country. Please tell your administrator.",
        "the country of the number is not allowed. Check the allowed destinations of the outbound voice profile.",
    ),
    AccountCode(
        "D17",
        "Our phone account has been disabled. Please call your administrator.",
        "the account is disabled. Check its balance and the provider's messages in the portal.",
    ),
    AccountCode(
        "D35",
        "Your phone cannot be called: the number we call from is not accepted. Please tell your administrator.",
        "the number we call from is invalid. Check that TELNYX_CALLER_ID is one this account owns or has verified.",
    ),
    AccountCode(
        "D38",
        "Your phone cannot be called: the phone system is not set up to call out. Please tell your administrator.",
        "the application has no outbound voice profile. Check its outbound settings in the portal and assign one.",
    ),
)
_BY_CODE: Final = {one.code: one for one in ACCOUNT_CODES}


def meaning(code: str) -> AccountCode | None:
    """Return what a D code means; None for one that nobody has described."""
    return _BY_CODE.get(code)
