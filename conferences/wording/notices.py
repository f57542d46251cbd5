"""What a supervisor is told beside her mode, where that is no refusal of the provider's."""

from __future__ import annotations

from django.utils.translation import gettext


def still_muted() -> str:
    """Say that she could not be unmuted."""
    return gettext("Your phone could not be unmuted, so nobody may hear you. Choose the mode again to try once more.")
