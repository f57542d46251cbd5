// Says in the header how far this page can be trusted: whether the server is heard, whether Telnyx is, and whether
// Telnyx is being read; and opens the socket anew when nothing has come for too long.

import { age, freezeAt, serverTime } from "./clock.js";
import { sentence } from "./words.js";

const LATE_AFTER = 12_000; // two heartbeats missed
const QUIET_AFTER = 15_000; // calls are live, and Telnyx has said nothing, not even when asked
const SILENT_AFTER = 60_000;
const UNREAD_AFTER = 60_000; // nobody asks Telnyx any more: what it announces to nobody may be wrong

// Both clocks: the one that stands still while the computer sleeps, and the one that somebody may set.
const now = () => ({ steady: performance.now(), wall: Date.now() });
const since = (then) => Math.max(performance.now() - then.steady, Date.now() - then.wall);

let heard = now(); // the last frame; the page itself is the first thing heard
let connection = "connecting";
let slow = false; // what is shown took too long to get here
let word = null; // the provider's last, and when it was last read, on the server's clock; null: not known, or no call
let read = null;

export function heardFrame(frame, by) {
  heard = now();
  connection = by; // "live", or "slower" when it was asked for over HTTP
  if (frame.ages) {
    word = frame.word ? Date.parse(frame.word) : null;
    read = frame.read ? Date.parse(frame.read) : null;
  } else if (word !== null && frame.rows?.length) word = Math.max(word, serverTime() - 1000);
  show();
}

export function lostSocket() {
  if (connection === "slower" && !isSilent()) return;
  connection = "reconnecting";
  show();
}

export function measured({ late }) {
  slow = late;
}

const isSilent = () => since(heard) > LATE_AFTER && connection !== "reconnecting";
const old = (then) => (then === null ? 0 : serverTime() - then);

// The gravest thing that is so.
function state() {
  if (isSilent()) return "late";
  if (connection !== "live" && connection !== "slower") return connection;
  if (old(word) > SILENT_AFTER) return "silent";
  if (old(word) > QUIET_AFTER) return "quiet";
  if (old(read) > UNREAD_AFTER) return "unread";
  return connection;
}

function oldness(state) {
  if (state === "late" || state === "reconnecting") return sentence("old", { age: age(since(heard)) });
  if (state === "quiet" || state === "silent") return sentence("for", { age: age(old(word)) });
  return state === "unread" ? sentence("for", { age: age(old(read)) }) : "";
}

function show() {
  const badge = document.getElementById("badge");
  if (!badge) return;
  const is = state();
  setLive(document.documentElement, is);
  freezeAt(is === "silent" ? word : null);
  setLive(badge, slow && is === "live" ? "late" : is);
  write(badge.querySelector(".word"), sentence(badge.dataset.live)); // the word alone is announced; the seconds are for the eye
  write(badge.querySelector(".old"), oldness(is));
  write(document.getElementById("heard"), sentence("ago", { age: age(since(heard)) }));
}

// Written only where it differs: all of the page is styled anew for it.
function setLive({ dataset }, state) {
  if (dataset.live !== state) dataset.live = state;
}

function write(element, text) {
  if (!element || element.textContent === text) return;
  if (element.firstChild && text) element.firstChild.data = text;
  else element.textContent = text;
}

export function watch() {
  const live = document.getElementById("live");
  if (!live) return;
  if (isSilent()) htmx.ext.ws.getRegistry().get(live.getAttribute("hx-ws:connect"))?.socket?.close();
  show();
}
