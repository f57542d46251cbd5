"""What refusals mean that are about a call or a conference: codes 9xxxx."""

from typing import Final

from conferences.telnyx.explanations.refusals import Refusal

CALL_REFUSALS: Final = (
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
