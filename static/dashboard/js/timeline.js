// A call's timeline: the slider asks for the moment it stands at, and the address says which one that is. The arrow keys
// move it from anywhere on the page, with Shift from change to change. While the call goes on and the slider stands at
// its end, it stays there, and the page asks for the lanes anew whenever it is told that something happened.

import { age, dayTime, shownTime } from "./clock.js";

const WIDTH = 1000; // of the lanes, as they were drawn
const slider = () => document.querySelector(".timeline input[type=range]");
const moment = () => document.querySelector(".timeline .moment");

const live = () => document.querySelector(".timeline[data-follows]");
const isFollowing = () => live()?.hasAttribute("data-now");

function showCursor(x = moment()?.dataset.x) {
  if (x === undefined) return;
  for (const line of document.querySelectorAll(".timeline .cursor")) {
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  }
}

function took(event) {
  if (!event.detail.ctx?.sourceElement?.matches?.(".timeline form")) return;
  const { at, words } = moment().dataset;
  slider().setAttribute("aria-valuetext", words);
  const address = isFollowing() ? location.pathname : `?at=${encodeURIComponent(at)}`;
  history.replaceState(history.state, "", address);
  showCursor();
}

function goTo(second) {
  slider().value = second;
  slider().dispatchEvent(new Event("input", { bubbles: true }));
}

const RESTS = 60; // ms that the slider rests before its moment is asked for

let resting = 0;

document.addEventListener("input", (event) => {
  if (event.target !== slider()) return;
  live()?.toggleAttribute("data-now", Number(slider().value) >= Number(slider().max));
  goOn();
  clearTimeout(resting);
  resting = setTimeout(() => slider()?.form.requestSubmit(), RESTS);
});

document.addEventListener("htmx:after:swap", took);

// Time goes on between two events: what has not ended grows, and the rest of the lanes makes room for it.
export function goOn() {
  const shown = live();
  if (!shown) return;
  const seconds = Math.floor((shownTime() - Date.parse(slider().dataset.begins)) / 1000);
  const drawn = Number(shown.dataset.seconds);
  const width = WIDTH * Math.max(1, seconds / drawn);
  slider().max = Math.max(seconds, drawn);
  for (const line of shown.querySelectorAll(".line")) line.setAttribute("viewBox", `0 0 ${width} 24`);
  for (const piece of shown.querySelectorAll("[data-goes-on]")) {
    piece.setAttribute("width", width - Number(piece.getAttribute("x")));
  }
  if (isFollowing()) {
    slider().value = slider().max;
    showCursor(width);
    moment().querySelector(".clock").textContent = dayTime.format(shownTime());
  }
  showAhead(shown, Number(slider().max) - Number(slider().value));
}

function showAhead(shown, seconds) {
  const line = shown.querySelector(".ahead");
  const words = line.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{time}", age(seconds * 1000));
  line.hidden = isFollowing();
}

const OFTEN = 1000; // ms between two drawings of a call in which much happens
let asked = 0;
let asking = 0;

function drawSoon() {
  clearTimeout(asking);
  asking = setTimeout(draw, Math.max(0, asked + OFTEN - Date.now()));
}

async function draw() {
  const shown = live();
  if (!shown) return;
  asked = Date.now();
  const { open } = shown.querySelector("details.happenings");
  const query = isFollowing() ? "follow=1" : `second=${slider().value}`;
  await htmx.ajax("GET", `${shown.dataset.address}?${query}`, { target: shown, swap: "outerMorph" });
  document.querySelector("details.happenings").open = open;
  goOn();
}

document.addEventListener("refresh", (event) => {
  if (event.target === live()) drawSoon();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.(".timeline .ahead button")) {
    goTo(slider().max);
    drawSoon();
  }
  const step = event.target.closest?.(".timeline a[data-second]");
  if (!step || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  goTo(step.dataset.second);
});

const isOurs = (element) => !element?.closest("input, textarea, select, dialog, summary, [contenteditable], .scroll");

document.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || !slider() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  const isOnSlider = event.target === slider();
  if (!isOnSlider && !isOurs(event.target)) return;
  if (event.shiftKey) document.querySelector(`.timeline a[data-step="${by < 0 ? "before" : "after"}"]`)?.click();
  else if (isOnSlider) return;
  else goTo(Number(slider().value) + by);
  event.preventDefault();
});
