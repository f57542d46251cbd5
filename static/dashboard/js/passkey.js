// What the browser says of a passkey that did not work, in a sentence beside the button.

const SENTENCES = {
  NotAllowedError: "No passkey was used: it was cancelled, took too long, or this browser has none for here.",
  SecurityError: "A passkey belongs to a host name: it cannot be used at this address.",
  InvalidStateError: "This passkey is among yours already.",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-error");
  place.textContent = SENTENCES[event.detail.exception.name] ?? "The passkey could not be used.";
  place.hidden = false;
});
