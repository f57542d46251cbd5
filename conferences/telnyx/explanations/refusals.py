"""What each refusal of the provider means: one sentence for the supervisor, one for the administrator."""

from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """One meaning of one code.

    `name` is status/code, with * where the provider documents no status; `says` are words of the title or the detail
    that tell two meanings of one code apart. In `administrator`, {field} stands for the field the provider points at;
    `field` for the one it means if it points at none. A `race` is no fault: things changed on the command's way.
    """

    name: str
    supervisor: str
    administrator: str
    says: str = ""
    field: str | None = None
    race: bool = False

    @property
    def status(self) -> str:
        return self.name.partition("/")[0]

    @property
    def code(self) -> str:
        return self.name.partition("/")[2]


REFUSALS: Final = (
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
    Refusal(
        "422/90015",
        "The phone provider does not recognise this call. Please refresh the page and try again.",
        "{field} is not valid. Check that the leg belongs to this account and to an application of ours.",
        field="call_control_id",
    ),
    Refusal(
        "422/90017",
        "This could not be sent to the phone provider. Please tell your administrator.",
        "client_state is not base64. Check whether another program of yours writes it.",
        field="client_state",
    ),
    Refusal(
        "422/90018",
        "Your phone has just hung up.",
        "the leg ended before the command arrived. That is an ordinary race; check the timeline only if it repeats.",
        race=True,
    ),
    Refusal(
        "422/90019",
        "The conference has just ended.",
        "the conference ended before the command arrived. That is an ordinary race; check the timeline if it repeats.",
        race=True,
    ),
    Refusal(
        "422/90020",
        "Recording can only begin once the call has sound. Please try again in a moment.",
        "recording was started before the audio. Check what starts recordings on answer.",
    ),
    Refusal(
        "422/90028",
        "The time your phone should ring is not possible. Please tell your administrator.",
        "timeout_secs is not valid. Check the ringing time in the device's settings.",
        field="timeout_secs",
    ),
    Refusal(
        "422/90031",
        "The sound of this call is not being copied anywhere, so there was nothing to stop.",
        "the call is not forked. Check what else on this account starts and stops media forks.",
    ),
    Refusal(
        "422/90032",
        "This conference is full: nobody else can join it now.",
        "the conference has reached max_participants. Check the number your application creates conferences with.",
    ),
    Refusal(
        "422/90033",
        "A conference of this name is going on already.",
        "the name is taken by an active conference. Check how your application names conferences.",
        says="already exists",
    ),
    Refusal(
        "422/90033",
        "Nobody is in this conference any more.",
        "the conference has no active participants. Check on the timeline who left last.",
        says="no active participants",
    ),
    Refusal(
        "422/90034",
        "This phone has not been answered yet. Answer it, then try again.",
        "the leg was not answered when the command arrived. That is an ordinary race; check the device if it repeats.",
        race=True,
    ),
    Refusal(
        "422/90036",
        "The waiting queue is full and takes no more calls.",
        "the provider's queue is full. Check its max_size.",
    ),
    Refusal(
        "422/90038",
        "The call is waiting in this queue already.",
        "the call was queued twice. Check what else on this account moves calls into queues.",
    ),
    Refusal(
        "*/90041",
        "Too many calls are going on for your line. Please try again when one has ended.",
        "the user's termination channels are used up. Check the account's limit of simultaneous calls.",
    ),
    Refusal(
        "*/90042",
        "All outgoing lines are in use. Please try again in a moment.",
        "the outbound voice profile's channels are used up. Check its limit of simultaneous calls.",
    ),
    Refusal(
        "*/90043",
        "All lines of our phone system are in use. Please try again soon.",
        "the connection's outbound channels are used up. Check the application's channel limit.",
    ),
    Refusal(
        "422/90044",
        "Your phone is in this conference already.",
        "the leg is in the conference already. Check on the timeline which role it joined with and change that.",
    ),
    Refusal(
        "422/90045",
        "This is not possible while the sound of the call is being streamed elsewhere.",
        "the leg uses media streaming. Check which application streams it.",
    ),
    Refusal(
        "422/90054",
        "This call is being written down already.",
        "transcription was started twice. Check what else on this account starts it.",
    ),
    Refusal(
        "404/90058",
        "This conference does not exist any more.",
        "no such conference. Check its region, and that the key is of the account that created it.",
        field="conference_id",
    ),
    Refusal(
        "422/90061",
        "An assistant is active on this call already.",
        "the AI assistant was started twice. Check what else on this account starts it.",
    ),
    Refusal(
        "422/90102",
        "A call we make ourselves cannot be answered by us.",
        "answer was sent for an outgoing leg. Check what else on this account answers calls.",
    ),
    Refusal(
        "429/90103",
        "Too many phones are being called at once. Please try again in a few seconds.",
        "the limit of dials per second is reached. Check what else on this account makes calls.",
    ),
)
