// Where no socket gets through (a filter, a proxy, an address that is not allowed), the page asks over HTTP instead: the
// same fragments under the same numbers, every few seconds, and it says why it is slower.

import { sentence } from "./words.js";

const AFTER = 10_000;
const EVERY = 3_000;

let spoke = Date.now(); // when the socket last brought something; the page itself came just now
let asked = 0;
let number = null;

export function socketSpoke(frame) {
  spoke = Date.now();
  number = frame.feed;
  explain("");
}

function explain(words) {
  const line = document.getElementById("slower");
  if (!line) return;
  line.hidden = !words;
  if (line.textContent !== words) line.textContent = words;
}

// Called once a second; `take` does with a frame what is done with one from the socket.
export function askInstead(take) {
  const live = document.getElementById("live");
  const now = Date.now();
  if (!live || document.hidden || now - spoke < AFTER || now - asked < EVERY) return;
  asked = now;
  ask(live, take);
}

async function ask(live, take) {
  const address = new URL(live.getAttribute("hx-ws:connect").replace("/ws/board/", "/feed/"), location.origin);
  address.searchParams.set("since", number ?? live.dataset.feed);
  address.searchParams.set("origin", location.origin);
  let response;
  try {
    response = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(8_000) });
  } catch {
    return; // no server at all: the badge says how old the page is
  }
  if (response.type === "opaqueredirect") location.reload(); // the login is over
  if (!response.ok) return;
  const frame = await response.json();
  if (Date.now() - spoke < AFTER) return; // the socket was quicker
  number = frame.feed;
  const isRefused = response.headers.get("Earshot-Origin") === "refused";
  explain(sentence(isRefused ? "origin_refused" : "no_socket", { address: location.origin }));
  take(frame);
  if (frame.content)
    htmx.swap({ sourceElement: live, target: live, swap: "none", text: frame.content, transition: false });
}
