// Single keys that move and open, never while typing. One alone sends something by itself: a newcomer, whom a line on
// the page names, is added to a whisper while they still wonder who is speaking.

import { open } from "./dialogs.js";
import { hop } from "./hop.js";
import { applyChanges } from "./looking.js";

const MODES = { m: "monitor", w: "whisper", b: "barge" };
const OFF = "earshot-keys-off";

const isTyping = (element) =>
  element?.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const ROW = ":is(#conferences, #agents) > article:not([data-folded], [hidden])";
const currentRow = () => document.activeElement?.closest(ROW);

function move(step) {
  const rows = [...document.querySelectorAll(ROW)];
  if (!rows.length) return;
  const at = rows.indexOf(currentRow());
  const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[to].querySelector("a, h2").focus();
}

function openMode(role) {
  (currentRow() ?? document.querySelector(".detail"))?.querySelector(`a[data-role="${role}"]`)?.click();
}

const ACTIONS = {
  "/": () => document.getElementById("filter-q")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  ".": applyChanges,
  a: () => document.querySelector("#supervision-add button")?.click(),
  n: () => hop(1),
  p: () => hop(-1),
  s: () => document.querySelector("#supervision :is(button, a)")?.focus(),
  v: () => document.querySelector("#header [data-list]:not([aria-current])")?.click(),
  "?": () => open(document.getElementById("keys")),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (arrow && currentRow()) move(arrow);
  else if (localStorage.getItem(OFF)) return;
  else if (ACTIONS[event.key]) ACTIONS[event.key]();
  else if (MODES[event.key]) openMode(MODES[event.key]);
  else return;
  event.preventDefault();
});

const choice = document.getElementById("keys-on");
if (choice) {
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () =>
    choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"),
  );
}
