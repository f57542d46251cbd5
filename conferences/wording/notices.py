"""What a supervisor is told beside her mode, where that is no refusal of the provider's."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

# She could not be unmuted. Kept in English; wording.translated puts it into the reader's words.
STILL_MUTED: Final = _(
    "Your phone could not be unmuted, so nobody may hear you. Choose the mode again to try once more."
)
