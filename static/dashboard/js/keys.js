// Single keys that move, open and act, never while typing. Which key does what is each user's own: the list of keys on
// the page says it. What is heard by everyone takes a second press (guard.js).

import { open } from "./dialogs.js";
import { guardKey } from "./guard.js";
import { hop } from "./hop.js";
import { applyChanges } from "./looking.js";

const OFF = "earshot-keys-off";

const isTyping = (element) =>
  element?.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const ROW = ":is(#conferences, #agents) > article:not([data-folded], [hidden])";
const currentRow = () => document.activeElement?.closest(ROW);
const press = (selector) => document.querySelector(selector)?.click();

function move(step) {
  const rows = [...document.querySelectorAll(ROW)];
  if (!rows.length) return;
  const at = rows.indexOf(currentRow());
  const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[to].querySelector("h2 a, h2[tabindex]")?.focus();
}

// The call that a mode is for: the row she is at, or the page's own; the one she is in is changed from her bar.
function formLink(role) {
  const shown = currentRow() ?? document.querySelector(".detail:not([data-mine])");
  const isElsewhere = shown && !shown.hasAttribute("data-mine") && !document.activeElement?.closest("#supervision");
  const links = isElsewhere ? [...shown.querySelectorAll(`a[data-role="${role}"]`)] : [];
  return links.find((link) => !link.closest("[data-mine]"));
}

function mode(role, event) {
  const link = formLink(role);
  if (link) link.click();
  else if (currentRow() && !currentRow().hasAttribute("data-mine")) return; // this call cannot be joined so
  else if (document.querySelector(`#mode-${role}[data-guarded]`)) guardKey(event);
  else press(`#mode-${role}`);
}

const ACTIONS = {
  search: () => document.getElementById("filter-q")?.focus(),
  lists: () => press("#header [data-list]:not([aria-current])"),
  next: () => move(1),
  previous: () => move(-1),
  apply: applyChanges,
  monitor: (event) => mode("monitor", event),
  whisper: (event) => mode("whisper", event),
  barge: (event) => mode("barge", event),
  targets: () => document.querySelector("#supervision-change .ticks input")?.focus(),
  add: () => press("#supervision-add button"),
  leave: () => press("#supervision-leave button"),
  hop_next: () => hop(1),
  hop_previous: () => hop(-1),
  bar: () => document.querySelector("#supervision :is(button, a)")?.focus(),
  fold: () => press("#supervision [data-fold]"),
  close: () => press("#supervision-dismiss button"),
  keys: () => open(document.getElementById("keys")),
};
const MAY_REPEAT = ["next", "previous"]; // what is held down moves on; nothing else is done twice by it

const chosen = () => document.querySelectorAll("#keys [data-action]");
const actionOf = (key) => [...chosen()].find((one) => one.dataset.key === key)?.dataset.action;

function showKeys() {
  const keys = new Map([...chosen()].map((one) => [one.dataset.action, one.dataset.key]));
  for (const shown of document.querySelectorAll("[data-key-of]")) {
    const key = keys.get(shown.dataset.keyOf) ?? "";
    if (shown.textContent !== key) shown.textContent = key;
    shown.hidden = !key;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const action = localStorage.getItem(OFF) ? null : actionOf(event.key);
  if (arrow && currentRow()) move(arrow);
  else if (!action) return;
  else if (!event.repeat || MAY_REPEAT.includes(action)) ACTIONS[action](event);
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#keys [data-action]")) event.target.select();
});
document.addEventListener("htmx:after:swap", showKeys);
showKeys();

const choice = document.getElementById("keys-on");
if (choice) {
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () =>
    choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"),
  );
}
