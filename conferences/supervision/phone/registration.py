"""Whether the provider knows a SIP phone to be signed in, asked before it is rung."""

from __future__ import annotations

from typing import Final

from conferences import provider
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand

# Users at other hosts sign in elsewhere, and the provider knows nothing of them.
_PROVIDERS_HOST: Final = "telnyx.com"
# A credential made for one person's browser or phone is named so (Telnyx: Telephony credentials); other users of that
# host are those of a connection.
_CREDENTIAL: Final = "gencred"
# The phone is rung in any case, so it is not kept waiting for longer.
_SECONDS: Final = 0.7


def is_signed_in(address: str) -> bool | None:
    """Return what the provider says of the phone at a SIP address; None when it does not say, or not soon enough."""
    user, at, host = address.partition(":")[2].partition("@")
    if not at or not (host == _PROVIDERS_HOST or host.endswith(f".{_PROVIDERS_HOST}")):
        return None
    kind = "telephony_credential" if user.startswith(_CREDENTIAL) else "sip_credential_connection"
    try:
        return provider.client().is_registered(user, kind, seconds=_SECONDS)
    except (TelnyxError, InvalidCommand):
        return None
