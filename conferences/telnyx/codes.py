"""The provider's error codes that something is decided by (Telnyx docs: API error codes).

Some codes have two meanings, told apart by status and words: what people read of them is in `explanations`.
"""

from typing import Final

FIELD_MISSING: Final = "10004"
NOT_FOUND: Final = "10005"
INVALID_ID: Final = "10006"
NOT_FOUND_OR_UNEXPECTED: Final = "10007"
NOT_E164: Final = "10016"
INVALID_JSON: Final = "10023"
WRONG_TYPE: Final = "10026"
NOT_IN_LIST: Final = "10032"
OUT_OF_RANGE: Final = "10033"
NO_SUCH_LEG: Final = "90015"
CLIENT_STATE_NOT_BASE64: Final = "90017"
LEG_ENDED: Final = "90018"
CONFERENCE_ENDED: Final = "90019"
INVALID_TIMEOUT: Final = "90028"
CONFERENCE_FULL: Final = "90032"
NOT_ANSWERED_YET: Final = "90034"
IN_CONFERENCE_ALREADY: Final = "90044"
NO_SUCH_CONFERENCE: Final = "90058"
