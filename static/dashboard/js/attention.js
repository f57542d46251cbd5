// Which reasons for attention count by now. The server foresees them, each with the moments from which it counts: here
// these are compared with the clock and nothing else is decided.

import { shownTime } from "./clock.js";
import { isInUse, letWait } from "./looking.js";

const NONE = { weight: 0, since: Infinity };
const weights = new WeakMap(); // row → by its weightiest reason
const held = new Set(); // rows that would grow by their first reason under somebody's pointer
let next = Infinity; // when the next reason is due

export const weightOf = (row) => weights.get(row) ?? NONE;

function levelOf({ dataset }, now) {
  if (now >= Number(dataset.alarm ?? Infinity)) return 2;
  return now >= Number(dataset.warn) ? 1 : 0;
}

// Only what differs is written: each writing has the browser ask anew what the rules say of the row.
function setLevel({ dataset }, level) {
  if (!level) delete dataset.level;
  else if (dataset.level !== String(level)) dataset.level = level;
}

function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

function heaviest(reasons, now) {
  let most = NONE;
  for (const reason of reasons) {
    const { warn, alarm, rank, since } = reason.dataset;
    const level = levelOf(reason, now);
    setHidden(reason, !level);
    setLevel(reason, level);
    const one = { weight: level && level * 100 + Number(rank), since: Number(since), level };
    if (one.weight > most.weight || (one.weight === most.weight && one.since < most.since)) most = one;
    for (const moment of [warn, alarm]) if (moment > now) next = Math.min(next, moment);
  }
  return most;
}

function showRow(row, now, mayGrow) {
  const line = row.querySelector(":scope > .reasons");
  const before = weightOf(row);
  const most = line ? heaviest(line.querySelectorAll(".reason"), now) : NONE;
  weights.set(row, most);
  setLevel(row, most.level);
  if (!line) return held.delete(row);
  const waits = Boolean(most.weight) && !mayGrow && (held.has(row) || !before.weight);
  setHidden(line, waits);
  if (waits) held.add(row);
  else held.delete(row);
}

export function showReasons({ mayGrow = !isInUse() } = {}) {
  const now = shownTime() / 1000;
  next = Infinity;
  for (const row of document.querySelectorAll("#conferences > article")) showRow(row, now, mayGrow);
}

// Whether anything has come due by time alone.
export const isDue = () => shownTime() / 1000 >= next;

letWait(
  () => [...held].filter((row) => row.isConnected),
  () => showReasons({ mayGrow: true }),
);
