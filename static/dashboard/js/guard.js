// Barge in the bar is heard by everyone at once, so one slip must not do it: the first press arms it for some seconds, a
// second press or holding it down sends it. The same for mouse, finger and key.

const ARMED_FOR = 4_000;
const SECOND_PRESS_AFTER = 400; // sooner it is a double click
const HELD_FOR = 600;

let armedAt = -Infinity;
let holding = 0; // the timer of a press that is still down
let wasHeld = false;
let heldKey = ""; // the key of Barge, while it is down

const button = () => document.querySelector("#supervision [data-guarded]");
const isArmed = () => performance.now() - armedAt < ARMED_FOR;

function show() {
  document.documentElement.toggleAttribute("data-armed", isArmed());
  const told = document.getElementById("guard-said");
  const words = isArmed() && button() ? button().dataset.guarded : "";
  if (told && told.textContent !== words) told.textContent = words;
}

function arm(pressed) {
  pressed.form.elements.guard.value = pressed.value;
  armedAt = performance.now();
  show();
  setTimeout(show, ARMED_FOR + 20);
}

function disarm() {
  armedAt = -Infinity;
  show();
}

function send(pressed) {
  disarm();
  const { guard } = pressed.form.elements;
  guard.value = "confirmed";
  pressed.form.requestSubmit(pressed);
}

// What a whole press comes to: a click of the mouse, a finger, Enter, the space bar or a screen reader; or its own key.
function press() {
  const pressed = button();
  if (!pressed) return;
  if (!isArmed()) arm(pressed);
  else if (performance.now() - armedAt >= SECOND_PRESS_AFTER) send(pressed);
}

function hold() {
  wasHeld = false;
  clearTimeout(holding);
  holding = setTimeout(() => {
    holding = 0;
    wasHeld = true;
    if (button()) send(button());
  }, HELD_FOR);
}

function release() {
  clearTimeout(holding);
  holding = 0;
  setTimeout(() => (wasHeld = false), 0); // after the click that follows
}

const isGuarded = (event) => Boolean(event.target.closest?.("#supervision [data-guarded]"));

// The key of Barge has gone down (keys.js): what it comes to is known when it is up, or has been down for long.
export function guardKey(event) {
  heldKey = event.key;
  hold();
}

document.addEventListener("pointerdown", (event) => {
  if (isGuarded(event) && event.button === 0) hold();
});
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, release, true);
window.addEventListener("blur", release); // the window's own: the focus may well move on pressing
// A finger that rests on it would open the browser's own menu.
document.addEventListener("contextmenu", (event) => {
  if (isGuarded(event)) event.preventDefault();
});

// Enter clicks as it goes down, again and again while it is held; the space bar as it comes up.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && isArmed()) disarm();
    if (!["Enter", " "].includes(event.key) || !isGuarded(event)) return;
    if (event.repeat) event.preventDefault();
    else hold();
  },
  true,
);
document.addEventListener(
  "keyup",
  (event) => {
    if (!holding) return;
    release();
    if (event.key === heldKey) press();
    heldKey = "";
  },
  true,
);

// Before htmx and the form: nothing but `send` gets past.
document.addEventListener(
  "click",
  (event) => {
    if (!isGuarded(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!wasHeld) press();
  },
  true,
);

document.addEventListener("htmx:after:swap", show);
