// Rows come and go with what the server says; none moves under the pointer.

const ENDED_STAYS = 10_000;
const POINTER_RESTS = 4_000;

const list = () => document.getElementById("conferences");
const rows = (which = "") => document.querySelectorAll(`#conferences > [id]${which}`);
const ended = new Map(); // row id → when it was first seen ended
let strangers = new Set(); // rows that the last heartbeat did not know
let pointed = -Infinity; // when the pointer last moved over the list

document.addEventListener("pointermove", (event) => {
  if (event.target.closest?.("#conferences")) pointed = performance.now();
});

// A frame's rows are morphed into place; those not here yet get an empty one at the end to be morphed.
export function placeRows(ids) {
  for (const id of list() ? ids : []) {
    if (document.getElementById(id)) continue;
    const row = document.createElement("article");
    row.id = id;
    list().append(row);
  }
}

export function dropRows(kept) {
  for (const row of rows()) if (!kept.includes(row.id)) row.remove();
}

// A call that is live and no longer this supervisor's to see: its agent or queue went to another team. Told twice, for
// one that has just ended is not among the live ones either, and is to be shown as ended.
export function dropStrangers(ours) {
  const absent = new Set([...rows(":not([data-state=completed])")].filter((row) => !(row.id.slice("conference-".length) in ours)));
  for (const row of absent) if (strangers.has(row)) remove(row);
  strangers = absent;
}

// Ended calls stay readable for a while, and go when nobody is about to click something that would move.
export function sweepEnded() {
  const now = performance.now();
  for (const row of rows("[data-state=completed]")) {
    if (!ended.has(row.id)) ended.set(row.id, now);
    const inUse = now - pointed < POINTER_RESTS || row.contains(document.activeElement);
    if (now - ended.get(row.id) > ENDED_STAYS && !inUse) remove(row);
  }
}

function remove(row) {
  ended.delete(row.id);
  row.remove();
  settleRows();
}

// What is told about all rows together.
export function settleRows() {
  if (!list()) return;
  const counts = {
    all: rows(":not([data-state=completed])").length,
    "On hold": rows('[data-word="On hold"]').length,
    "No agent": rows('[data-word="No agent"]').length,
    supervised: rows("[data-supervised]:not([data-state=completed])").length,
  };
  for (const figure of document.querySelectorAll("[data-count]")) {
    const text = (figure.dataset.n = String(counts[figure.dataset.count]));
    const number = figure.querySelector("b");
    if (number.textContent !== text) number.textContent = text;
  }
  document.getElementById("nothing").hidden = rows().length > 0;
}

// Which call is the user's own: fragments are made once for many, and cannot say.
export function markMine() {
  const { call, state } = document.getElementById("supervision")?.dataset ?? {};
  const isIn = call && state !== "ended" && state !== "failed";
  for (const shown of document.querySelectorAll("#conferences > [id], .detail")) {
    shown.toggleAttribute("data-mine", Boolean(isIn) && shown.id.endsWith(call));
  }
}
