// Rows come and go with what the server says; none moves under the pointer.

import { arrangeSoon } from "./arrange.js";
import { isInUse, letWait, LIST, list, showWaiting } from "./looking.js";

const ENDED_STAYS = 10_000;

const rows = (which = "") => document.querySelectorAll(`${LIST} > [id]${which}`);
const ended = new Map(); // row id → when it was first seen ended
const unsettled = new Map(); // row id → when it was placed, while it may turn out to be of a team yet
const SETTLES = 1500; // a call's first events come one by one: until they say whose it is, it is not shown to flash by
const leaving = new Set(); // ids of rows that no longer belong here, for which it is not yet time to go
let strangers = new Set(); // rows that the last heartbeat did not know

function letGo(row) {
  if (!isInUse() || row.hidden) return remove(row);
  leaving.add(row.id);
  row.dataset.leaving = "";
  showWaiting();
}

function stays(row) {
  leaving.delete(row.id);
  delete row.dataset.leaving;
}

function clearAway() {
  for (const id of leaving) document.getElementById(id)?.remove();
  leaving.clear();
  settleRows();
}

letWait(() => [...leaving].map((id) => document.getElementById(id)).filter(Boolean), clearAway);

// Rows that the view's filter no longer takes.
export function dropUnfit(ids) {
  for (const id of ids) {
    const row = document.getElementById(id);
    if (row && list()?.contains(row)) letGo(row);
  }
}

// A frame's rows are morphed into place; those not here yet get an empty one at the end to be morphed.
export function placeRows(ids) {
  for (const id of list() ? ids : []) {
    const known = document.getElementById(id);
    if (known) stays(known);
    if (known) continue;
    const row = document.createElement("article");
    row.id = id;
    unsettled.set(id, performance.now());
    list().append(row);
  }
}

// A caller who is in a call by now: her row becomes the call's, where it stands.
export function becomeCalls(became, shown) {
  for (const [caller, call] of Object.entries(became)) {
    const row = document.getElementById(caller);
    if (!row || !list()?.contains(row)) continue;
    const known = document.getElementById(call);
    if (shown.includes(call) && (!known || standsAside(known, row))) row.id = call;
    else letGo(row);
  }
}

// The call's own row, which came a moment before the caller did, unless she looks at it already.
function standsAside(known, row) {
  const isAbove = row.compareDocumentPosition(known) & Node.DOCUMENT_POSITION_PRECEDING;
  if (isInUse() && (isAbove || known.matches(":hover, :focus-within"))) return false;
  ended.delete(known.id);
  unsettled.delete(known.id);
  known.remove();
  return true;
}

export function dropRows(kept) {
  for (const row of rows()) if (!kept.includes(row.id)) letGo(row);
}

// A call that is live and no longer this supervisor's to see: its agent or queue went to another team. Told twice, for
// one that has just ended is not among the live ones either, and is to be shown as ended.
export function dropStrangers(ours) {
  if (list()?.id !== "conferences") return;
  const absent = new Set(
    [...rows(":not([data-state=completed])")].filter((row) => !(row.id.replace(/^conference-/, "") in ours)),
  );
  for (const row of absent) if (strangers.has(row)) letGo(row);
  strangers = absent;
}

// Ended calls stay readable for a while, and go when nobody is about to click something that would move.
export function sweepEnded() {
  const now = performance.now();
  for (const row of rows("[data-state=completed]")) {
    if (!ended.has(row.id)) ended.set(row.id, now);
    if (now - ended.get(row.id) > ENDED_STAYS) letGo(row);
  }
  if (unsettled.size) settleRows();
}

function holdBack(id, placed) {
  const row = document.getElementById(id);
  const waits = row?.hasAttribute("data-unassigned") && performance.now() - placed < SETTLES;
  row?.toggleAttribute("hidden", waits);
  if (!waits) unsettled.delete(id);
}

function remove(row) {
  ended.delete(row.id);
  unsettled.delete(row.id);
  row.remove();
  settleRows();
}

// What is told about all rows together.
export function settleRows() {
  // For rules that would otherwise ask all of the page for it, and style all of it anew at whatever changes.
  document.documentElement.toggleAttribute("data-lists", Boolean(document.querySelector("#conferences > article")));
  if (!list()) return;
  for (const id of leaving) document.getElementById(id)?.setAttribute("data-leaving", ""); // a morph takes it off
  for (const [id, placed] of unsettled) holdBack(id, placed);
  showWaiting();
  const which = {
    all: ":not([data-state=completed], [data-leaving], [hidden])",
    unassigned: "[data-unassigned]:not([data-state=completed], [hidden])",
    repaired: ":has(> .drift)",
    supervised: "[data-supervised]:not([data-state=completed])",
  };
  for (const figure of document.querySelectorAll("[data-count]")) {
    const text = (figure.dataset.n = String(
      rows(which[figure.dataset.count] ?? `[data-word="${figure.dataset.count}"]`).length,
    ));
    const number = figure.querySelector("b");
    if (number.textContent !== text) number.textContent = text;
  }
  document.getElementById("nothing").hidden = rows(":not([hidden])").length > 0;
  arrangeSoon();
}

// Which call is the user's own: fragments are made once for many, and cannot say.
export function markMine() {
  const { call, state } = document.getElementById("supervision")?.dataset ?? {};
  const isIn = call && state !== "ended" && state !== "failed";
  document.documentElement.toggleAttribute(
    "data-supervises",
    Boolean(state) && state !== "ended" && state !== "failed",
  );
  for (const shown of document.querySelectorAll("#conferences > [id], .detail")) {
    shown.toggleAttribute("data-mine", Boolean(isIn) && shown.id.endsWith(call));
  }
  for (const shown of document.querySelectorAll("#agents [data-call]")) {
    shown.toggleAttribute("data-mine", Boolean(isIn) && shown.dataset.call === call);
  }
}
