// The buttons of a passkey, and what the browser says of one that did not work, in a sentence beside the button.

const SENTENCES = {
  NotAllowedError: "No passkey was used: it was cancelled, took too long, or this browser has none for here.",
  SecurityError: "A passkey belongs to a host name: it cannot be used at this address.",
  InvalidStateError: "This passkey is among yours already.",
};

// A press before allauth's script listens would do nothing. Its listener of this event is the earlier one.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.disabled = false;
  }
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-error");
  place.textContent = SENTENCES[event.detail.exception.name] ?? "The passkey could not be used.";
  place.hidden = false;
});
