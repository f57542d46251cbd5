"""What refusals mean that are about the request or the account: codes 1xxxx and 2xxxx."""

from typing import Final

from conferences.telnyx.explanations.refusals import Refusal

REQUEST_REFUSALS: Final = (
    Refusal(
        "422/10004",
        "Something that is needed for this was left out. Please try again from a fresh page.",
        "{field} is missing or empty in the request. Check that the queue, the device and the caller id are filled in.",
    ),
    Refusal(
        "404/10005",
        "The phone provider no longer knows this call or conference.",
        "not found. Check that the id is of this account and this region; ended calls are kept for ten minutes only.",
        says="Resource not found",
    ),
    Refusal(
        "404/10005",
        "The hold music was not found, so the command was not carried out.",
        "the audio file is not in the account's media storage. Check the media name in the queue's policy.",
        says="Audio file not found",
    ),
    Refusal(
        "404/10005",
        "That recording is not there any more.",
        "the recording does not exist. Check in the provider's portal whether it was deleted.",
        says="Recording not found",
    ),
    Refusal(
        "*/10006",
        "The phone provider cannot tell which call is meant.",
        "invalid id. Compare the id in the audit entry with the one in the provider's portal.",
    ),
    Refusal(
        "404/10007",
        "The phone provider cannot find what this is about; it may just have ended.",
        "not found. Check that TELNYX_BASE_URL names the region in which the conference is.",
        says="Resource not found",
    ),
    Refusal(
        "*/10007",
        "Something went wrong at the phone provider. Please try again in a moment.",
        "unexpected error. Check the provider's status page, and give its support the time and the command_id.",
        says="Unexpected error",
    ),
    Refusal(
        "408/10008",
        "The phone provider took too long. Please look at the screen before you try again.",
        "the provider did not receive the whole request in time. Check the network between this server and it.",
    ),
    Refusal(
        "401/10009",
        "Telnyx does not accept our key. Your administrator has to mend this.",
        "the provider does not accept our key. Check that TELNYX_API_KEY is complete, active and of this account.",
    ),
    Refusal(
        "403/10010",
        "Our phone account is not allowed to do this. Please tell your administrator.",
        "the key is known but may not do this. Check its permissions in the provider's portal.",
    ),
    Refusal(
        "429/10011",
        "The phone provider is busy with our requests. Please wait a moment and try again.",
        "the account's rate limit is reached. Check what else uses this key.",
    ),
    Refusal(
        "422/10011",
        "Your phone's encryption does not work on the ordinary telephone network. Please tell your administrator.",
        "encrypted media (SRTP) is not possible towards an ordinary number. Check {field}, or use a SIP device.",
        field="media_encryption",
    ),
    Refusal(
        "422/10015",
        "Your phone cannot be called: the phone system is not set up for it. Please tell your administrator.",
        "the provider does not take our application. Check that TELNYX_CONNECTION_ID is a Call Control application "
        "of this account and that it has a valid webhook URL.",
        says="Invalid value for connection_id",
        field="connection_id",
    ),
    Refusal(
        "422/10015",
        "The phone provider could not make sense of this. Please tell your administrator.",
        "bad request. Check the command in the audit against the provider's documentation.",
        says="Bad Request",
    ),
    Refusal(
        "422/10016",
        "The number of your phone is not complete: it begins with + and the country code.",
        "{field} is no +E.164 number. Check the supervisor's device and TELNYX_CALLER_ID.",
    ),
    Refusal(
        "*/10023",
        "The message to the phone provider was damaged on its way. Please try again.",
        "the provider received invalid JSON. Check whether a proxy between this server and it alters requests.",
    ),
    Refusal(
        "422/10026",
        "A detail of this was of the wrong kind. Please tell your administrator.",
        "{field} has the wrong type. Check the queue's policy, and whether this version is up to date.",
    ),
    Refusal(
        "422/10032",
        "The phone provider does not know one of the choices made here. Please tell your administrator.",
        "{field} has a value the provider does not list. Check region, beep and role in the queue's policy.",
    ),
    Refusal(
        "422/10033",
        "A number set here is too small or too large. Please tell your administrator.",
        "{field} is outside of the allowed range. Check the queue's policy.",
    ),
    Refusal(
        "403/20012",
        "Our phone account is switched off at the moment. Please call your administrator.",
        "the account is inactive. Check its balance and the provider's messages in the portal.",
    ),
    Refusal(
        "403/20014",
        "Our phone account has not been verified yet. Please tell your administrator.",
        "the account is unverified. Check what the provider's portal still asks for.",
    ),
)
