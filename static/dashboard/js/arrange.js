// The order of the board's rows and their groups: hers first, then what needs attention, then the others.

import { agentsInOrder } from "./agent_order.js";
import { showReasons, weightOf } from "./attention.js";
import { isInUse, letWait, list, showWaiting } from "./looking.js";

const FOLDED = "earshot-folded";
const heads = new Map(); // group → its heading
const lastGroup = new WeakMap(); // row → group; one that has ended stays where it was
let moving = []; // rows that would change their place

const board = () => document.getElementById("board");
const text = (row, selector) => row.querySelector(selector)?.textContent.trim().replace(/\s+/g, " ") ?? "";
const begun = (row) => Date.parse(row.querySelector(".cell.time time")?.dataset.since ?? "") || 0;

const VALUES = {
  call: (row) => text(row, ".name"),
  agents: (row) => text(row, ".agents .legs"),
  customer: (row) => text(row, ".customer .legs"),
  queue: (row) => row.dataset.queue,
  time: (row) => -begun(row),
  supervisors: (row) => text(row, ".supervisors .phrase"),
  checked: (row) => -Date.parse(row.querySelector("time[data-age]")?.dataset.age ?? "") || 0,
};

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

function compare(one, other) {
  if (typeof one === "number") return one - other;
  return Number(!one) - Number(!other) || collator.compare(one, other); // what is empty comes last
}

function byAttention(one, other) {
  const [a, b] = [weightOf(one), weightOf(other)];
  return b.weight - a.weight || (a.weight ? a.since - b.since : 0) || begun(one) - begun(other);
}

function sorted(rows, { sort, direction }) {
  const value = VALUES[sort];
  if (!value) return rows.toSorted(byAttention);
  const sign = direction === "down" ? -1 : 1;
  const values = new Map(rows.map((row) => [row, value(row)]));
  return rows.toSorted((a, b) => sign * compare(values.get(a), values.get(b)) || byAttention(a, b));
}

function groupOf(row, by) {
  if (row.dataset.state === "completed" && lastGroup.has(row)) return lastGroup.get(row);
  const plain = { queue: `queue ${row.dataset.queue}`, team: `team ${row.dataset.team}` };
  const group = weightOf(row).weight ? "attention" : (plain[by] ?? "others");
  lastGroup.set(row, group);
  return group;
}

// The groups in their order, each with its rows.
function grouped(rows, by, { mine = true } = {}) {
  if (by === "none") return [["", rows]];
  const found = Map.groupBy(rows, (row) => (mine && row.hasAttribute("data-mine") ? "mine" : groupOf(row, by)));
  const place = (key) => ["mine", "attention"].indexOf(key) + 1 || 3;
  const isNameless = (key) => Number(key === "queue " || key === "team ");
  return [...found].toSorted(
    ([a], [b]) => place(a) - place(b) || isNameless(a) - isNameless(b) || collator.compare(a, b),
  );
}

const folded = () => new Set(JSON.parse(localStorage.getItem(FOLDED) ?? "[]"));

function head(key, count) {
  let found = heads.get(key);
  if (!found) {
    found = document.getElementById("group-head").content.firstElementChild.cloneNode(true);
    const words = board().dataset;
    const [kind, ...name] = key.split(" ");
    found.dataset.group = key;
    found.querySelector(".name").textContent = name.join(" ") || words[`says${kind[0].toUpperCase()}${kind.slice(1)}`];
    heads.set(key, found);
  }
  found.querySelector("b").textContent = count;
  found.querySelector("button").setAttribute("aria-expanded", String(!folded().has(key)));
  return found;
}

function wanted() {
  const rows = [...list().querySelectorAll(":scope > article")];
  const { group = "attention", sort = "attention", direction } = board().dataset;
  const closed = folded();
  const sequence = [];
  for (const [key, some] of grouped(rows, group)) {
    const live = some.filter((row) => !row.matches("[hidden], [data-state=completed], :empty")).length;
    if (key) sequence.push(head(key, live));
    sequence.push(...sorted(some, { sort, direction }));
    for (const row of some) row.toggleAttribute("data-folded", closed.has(key));
  }
  return sequence;
}

// All but a longest run that is in order already: what must move for the rest to stay where it is.
function displaced(sequence) {
  const places = new Map([...list().children].map((one, place) => [one, place]));
  const runs = []; // the last element of the best run of each length, with its predecessor
  for (const one of sequence) {
    const at = places.get(one);
    if (at === undefined) continue;
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (runs[middle].at < at) low = middle + 1;
      else high = middle;
    }
    runs[low] = { one, at, before: runs[low - 1] };
  }
  const stay = new Set();
  for (let run = runs.at(-1); run; run = run.before) stay.add(run.one);
  return sequence.filter((one) => !stay.has(one));
}

function put(element, before) {
  const parent = list();
  if (parent.moveBefore && element.isConnected) return parent.moveBefore(element, before); // keeps the focus
  const hadFocus = element.contains(document.activeElement) ? document.activeElement : null;
  parent.insertBefore(element, before);
  hadFocus?.focus({ preventScroll: true });
}

function move(sequence, out) {
  const apart = new Set(out);
  let before = null;
  for (const one of sequence.toReversed()) {
    if (apart.has(one)) put(one, before);
    before = one;
  }
  for (const one of list().querySelectorAll(":scope > .group")) if (!sequence.includes(one)) one.remove();
}

// Puts every row in its place; while she looks, that waits (looking.js). `now`: she has asked for it.
export function arrange({ now = false } = {}) {
  const sequence = list()?.id === "conferences" ? wanted() : agentsInOrder();
  if (!sequence) return;
  const out = displaced(sequence);
  moving = out.filter((one) => one.matches("article:not([hidden])"));
  if (now || !isInUse()) {
    move(sequence, out);
    moving = [];
  }
  showWaiting();
}

letWait(
  () => moving,
  () => arrange({ now: true }),
);

let isAsked = false;

// Many rows come in one frame; they are arranged once, and before anything is painted.
export function arrangeSoon() {
  if (isAsked) return;
  isAsked = true;
  queueMicrotask(() => {
    isAsked = false;
    showReasons();
    arrange();
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".group > button");
  if (!button) return;
  const { group } = button.parentElement.dataset;
  const closed = folded();
  if (!closed.delete(group)) closed.add(group);
  localStorage.setItem(FOLDED, JSON.stringify([...closed]));
  arrange();
});

// The rows to go through one after another: hers where it would be were it not hers, or she would come back at once.
export function inTurn() {
  const rows = [...list().querySelectorAll(":scope > article:not([hidden], [data-folded])")];
  const { group = "attention", sort = "attention", direction } = board().dataset;
  const order = grouped(rows, group, { mine: false });
  return order.flatMap(([, some]) => sorted(some, { sort, direction }));
}
