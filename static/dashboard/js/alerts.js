// Alerts: the server tells when something about a call is due. A page that finds it so asks the server to raise the
// alert, which it does once, whichever of her pages asks first: so five tabs make one sound, and a return no second one.

import { shownTime } from "./clock.js";
import { ring } from "./sounds.js";

const LATE = 60; // seconds: what was due longer ago, before this page was open, is no news
const calls = new Map(); // our id, or the row of a caller in no conference → what is due
const asked = new Set(); // what this page has asked for
const full = new Set(); // queues with too many callers, until that is over

const setup = () => document.getElementById("alerts")?.dataset;

export function heardDue(due) {
  for (const [call, told] of Object.entries(due)) {
    if (told.queue || Object.keys(told.at).length) calls.set(call, told);
    else calls.delete(call);
  }
}

const token = () => /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";

async function ask(key, details) {
  if (asked.has(key)) return;
  asked.add(key);
  // Another tab that is asking for the same just now will do; the server would say no to the second anyway.
  await navigator.locks.request(`alert ${key}`, { ifAvailable: true }, (lock) => lock && raise(key, details));
}

async function raise(key, details) {
  let answer;
  try {
    const headers = { "X-CSRFToken": token() };
    answer = await fetch(setup().raises, { method: "POST", headers, body: new URLSearchParams(details) });
  } catch {
    asked.delete(key); // no connection: while it is still so, later
    return;
  }
  if (answer.status === 200) show(await answer.json());
}

function show({ title, body, call, means }) {
  if (means.includes("sound")) ring();
  if (means.includes("desktop")) notify(title, body, call);
  const said = document.getElementById("alert-said");
  if (!means.length || !said) return;
  said.querySelector("b").textContent = body;
  const link = said.querySelector("a");
  link.textContent = title;
  link.href = call ? `/conferences/${call}/` : "/";
  said.hidden = false;
}

function notify(title, body, call) {
  if (globalThis.Notification?.permission !== "granted") return;
  const shown = new Notification(title, { body, tag: `${call ?? title} ${body}` });
  shown.addEventListener("click", () => {
    focus();
    if (call) location.assign(`/conferences/${call}/`);
    shown.close();
  });
}

// Called every second by whoever keeps the page's time.
export function raiseDue() {
  const chosen = setup();
  if (!chosen) return;
  const now = shownTime() / 1000;
  const kinds = new Set(chosen.kinds.split(" "));
  const waiting = new Map();
  for (const [call, { at, queue }] of calls) {
    if (queue) waiting.set(String(queue), (waiting.get(String(queue)) ?? 0) + 1);
    for (const [which, moment] of Object.entries(at)) {
      const [kind, occasion] = which.split(" ");
      if (!kinds.has(kind) || now < moment || now > moment + LATE) continue;
      ask(`${call} ${which}`, { call, kind, occasion });
    }
  }
  for (const [queue, most] of Object.entries(JSON.parse(chosen.queues))) {
    const isFull = (waiting.get(queue) ?? 0) >= most;
    if (isFull && !full.has(queue)) ask(`queue ${queue}`, { queue });
    if (isFull) full.add(queue);
    else if (full.delete(queue)) asked.delete(`queue ${queue}`);
  }
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("#alert-said [data-closes]")) document.getElementById("alert-said").hidden = true;
  if (event.target.closest("[data-tests-alert]")) {
    const said = document.getElementById("alert-test");
    const { title, body, saysFine, saysDenied } = said.dataset;
    ring();
    await globalThis.Notification?.requestPermission();
    notify(title, body);
    said.textContent = globalThis.Notification?.permission === "granted" ? saysFine : saysDenied;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-means=desktop]:checked")) globalThis.Notification?.requestPermission();
});
