// The buttons of a passkey, and what the browser says of one that did not work, in a sentence beside the button.

import { isKnown, sentence } from "./words.js";

// A press before allauth's script listens would do nothing. Its listener of this event is the earlier one.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.disabled = false;
  }
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-error");
  const { name } = event.detail.exception;
  place.textContent = sentence(isKnown(name) ? name : "no_passkey");
  place.hidden = false;
});
