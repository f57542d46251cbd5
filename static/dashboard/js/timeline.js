// A call's timeline: the slider asks for the moment it stands at, and the address says which one that is. The arrow keys
// move it from anywhere on the page, with Shift from change to change.

const slider = () => document.querySelector(".timeline input[type=range]");
const moment = () => document.querySelector(".timeline .moment");

function showCursor() {
  const { x } = moment()?.dataset ?? {};
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
  history.replaceState(history.state, "", `?at=${encodeURIComponent(at)}`);
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
  clearTimeout(resting);
  resting = setTimeout(() => slider()?.form.requestSubmit(), RESTS);
});

document.addEventListener("htmx:after:swap", took);

document.addEventListener("click", (event) => {
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
