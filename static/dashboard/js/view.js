// How the board is arranged: chosen in the menu or by a column's head, kept in the address, done here.

import { arrange } from "./arrange.js";

const LONGEST_FIRST = ["time", "checked"]; // what one looks for first

const board = () => document.getElementById("board");
const field = (name) => document.getElementById(`view-${name}`);

export function pageAddress() {
  const words = new URLSearchParams(new FormData(document.getElementById("filter")));
  for (const [name, value] of [...words]) if (!value) words.delete(name);
  return words.size ? `?${words}` : location.pathname;
}

function showHeads() {
  const { sort, direction } = board().dataset;
  for (const head of document.querySelectorAll(".columns [data-sort]")) {
    const isIt = head.dataset.sort === sort;
    head.setAttribute("aria-pressed", String(isIt));
    head.toggleAttribute("data-down", isIt && direction === "down");
  }
}

function take() {
  for (const name of ["group", "sort", "direction", "density"]) {
    if (field(name).value) board().dataset[name] = field(name).value;
    else delete board().dataset[name];
  }
  history.replaceState(null, "", pageAddress());
  showHeads();
  arrange({ now: true });
}

// Once up, once down, and back to the order of attention; what is longest comes first at first.
function sortBy(name) {
  const first = LONGEST_FIRST.includes(name) ? "down" : "";
  const isIt = field("sort").value === name;
  const isSecond = isIt && field("direction").value !== first;
  field("sort").value = isSecond ? "" : name;
  if (isSecond) field("direction").value = "";
  else field("direction").value = isIt ? (first ? "" : "down") : first;
  take();
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-arranges]")) take();
});
document.addEventListener("click", (event) => {
  const head = event.target.closest?.(".columns [data-sort]");
  if (head) sortBy(head.dataset.sort);
  const menu = document.querySelector("details.menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("htmx:after:swap", () => {
  if (field("sort")) showHeads();
});
if (field("sort")) showHeads();
