// A screen on a wall, at which nobody presses anything for months: it connects again by itself, takes a new version of the
// program by itself, and says when what it shows is old.

import { age, freezeAt, serverTime, setServerTime, startClock, tick } from "./clock.js";

const LATE_AFTER = 12_000; // two heartbeats missed
const QUIET_AFTER = 15_000; // calls are live, and Telnyx has said nothing, not even when asked
const SILENT_AFTER = 60_000;
const NEWER_FOR = 20_000; // while processes are exchanged, one may hear from either version
const SOONEST = 500;
const LONGEST = 15_000;
const PAGE_FOR = 12_000; // what does not fit is shown a page at a time
const NOT_ADMITTED = 4401;

const root = document.documentElement.dataset;
const screen = document.getElementById("screen");
const state = document.getElementById("state");
const dayTime = new Intl.DateTimeFormat("en-GB", { timeZone: root.zone, timeStyle: "medium" });

// Both clocks: the one that stands still while the computer sleeps, and the one that somebody may set.
const now = () => ({ steady: performance.now(), wall: Date.now() });
const since = (then) => Math.max(performance.now() - then.steady, Date.now() - then.wall);

let socket = null;
let opened = now();
let delay = SOONEST;
let heard = now(); // the last frame; the page itself is the first
let heardAt = serverTime();
let hasHeard = false;
let word = screen.dataset.word ? Date.parse(screen.dataset.word) : null;
let isLive = false; // whether calls go on, so that Telnyx would have something to say
let newerSince = null;
let reloading = false;

function connect() {
  opened = now();
  socket = new WebSocket(new URL(screen.dataset.socket, location.href.replace(/^http/, "ws")));
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    if (event.code === NOT_ADMITTED) reload();
    setTimeout(connect, delay * (0.5 + Math.random() / 2));
    delay = Math.min(LONGEST, delay * 2);
  });
}

function take(frame) {
  setServerTime(frame.now);
  heard = now();
  heardAt = Date.parse(frame.now);
  hasHeard = true;
  delay = SOONEST;
  word = frame.word ? Date.parse(frame.word) : null;
  isLive = frame.live;
  if (frame.content) redraw(frame.content);
  newerSince = frame.version === root.version ? null : (newerSince ?? performance.now());
  look();
  tick();
}

// What is drawn anew goes on at the page that was shown.
function redraw(html) {
  const before = lists().map((list) => list.scrollTop);
  const made = document.createElement("template");
  made.innerHTML = html;
  document.getElementById("wall").replaceWith(made.content);
  lists().forEach((list, place) => list.scrollTo({ top: before[place] ?? 0 }));
}

const lists = () => [...document.querySelectorAll("#wall :is(.rows, .people)")];

// Only once the server answers: a page that is loaded from a server that is away never comes back by itself.
async function reload() {
  if (reloading) return;
  reloading = true;
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.ok || answer.status === 403) location.reload();
  } catch {
    // It is away just now.
  } finally {
    reloading = false;
  }
}

const old = (then) => (then === null ? 0 : serverTime() - then);

function is() {
  if (since(heard) > LATE_AFTER) return "late";
  if (!hasHeard) return "connecting";
  if (isLive && old(word) > SILENT_AFTER) return "silent";
  return isLive && old(word) > QUIET_AFTER ? "quiet" : "live";
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// What is old is grey, its clocks stand still, and it says as of when it was so.
function look() {
  const found = is();
  const asOf = { late: heardAt, silent: word }[found] ?? null;
  freezeAt(asOf);
  if (root.live !== found) tick(); // clocks stand at that moment at once
  root.live = found;
  write(state.querySelector("b"), state.dataset[found]);
  const said = state.querySelector(".as-of");
  said.hidden = asOf === null;
  write(said, asOf === null ? "" : `${state.dataset.asOf} ${dayTime.format(asOf)}`);
  write(document.getElementById("word"), word === null ? "–" : age(old(word)));
  if (asOf === null) raiseLevels();
}

// A wait may become too long without anything happening.
function raiseLevels() {
  const moment = serverTime();
  for (const figure of document.querySelectorAll("[data-warn-at]")) {
    const isOver = (at) => at && moment >= Date.parse(at);
    const level = isOver(figure.dataset.alarmAt) ? "2" : isOver(figure.dataset.warnAt) ? "1" : "0";
    if (figure.dataset.level !== level) figure.dataset.level = level;
  }
}

function watch() {
  if (since(heard) > LATE_AFTER && since(opened) > LATE_AFTER) socket?.close(); // dead without having said so
  if (newerSince !== null && performance.now() - newerSince > NEWER_FOR) reload();
  look();
}

function turn() {
  for (const list of lists()) {
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
    list.scrollTo({ top: isAtEnd ? 0 : list.scrollTop + list.clientHeight });
  }
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // The browser does not want to; the screen's own settings decide.
  }
}

connect();
startClock(watch);
setInterval(turn, PAGE_FOR);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayAwake());
stayAwake();
