// Says in the header how old the page is, and opens the socket anew when nothing has come for too long.

import { age } from "./clock.js";

const LATE_AFTER = 12_000; // two heartbeats missed
const WORDS = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting", late: "Late" };

let heard = 0; // performance.now() of the last frame; the page itself is the first thing heard
let connection = "connecting";
let slow = false; // what is shown took too long to get here

export function heardFrame() {
  heard = performance.now();
  connection = "live";
  show();
}

export function lostSocket() {
  connection = "reconnecting";
  show();
}

export function measured({ late }) {
  slow = late;
}

const isSilent = () => performance.now() - heard > LATE_AFTER && connection !== "reconnecting";

function show() {
  const badge = document.getElementById("badge");
  if (!badge) return;
  const state = isSilent() ? "late" : connection;
  const isOld = state === "late" || state === "reconnecting";
  const old = age(performance.now() - heard);
  document.documentElement.dataset.live = state;
  badge.dataset.live = slow && state === "live" ? "late" : state;
  write(badge.querySelector(".word"), WORDS[badge.dataset.live]); // the word alone is announced; the seconds are for the eye
  write(badge.querySelector(".old"), isOld ? `· ${old} old` : "");
  write(document.getElementById("heard"), `${old} ago`);
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function watch() {
  const live = document.getElementById("live");
  if (!live) return;
  if (isSilent()) htmx.ext.ws.getRegistry().get(live.getAttribute("hx-ws:connect"))?.socket?.close();
  show();
}
