// Ticks what the page says about time, on the server's clock: the browser's own may be minutes off.

const root = document.documentElement.dataset;
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
export const dayTime = new Intl.DateTimeFormat(language, {
  timeZone: root.zone,
  timeZoneName: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const WARN_BEFORE_END = 15 * 60_000;

let ahead = Date.parse(root.now) - Date.now(); // of the browser's clock, in ms

export const serverTime = () => Date.now() + ahead;

export function setServerTime(text) {
  const told = Date.parse(text) - Date.now();
  // What comes from the wire is late by the way it took, never early: keep the greatest, follow a clock that was set.
  if (told > ahead || ahead - told > 2000) ahead = told;
}

// What the server has meanwhile found unchanged at the provider is known as of then.
export function setAges(ages) {
  for (const [id, at] of Object.entries(ages)) {
    for (const shown of [document.getElementById(`conference-${id}`), document.getElementById(`detail-${id}`)]) {
      for (const time of shown?.querySelectorAll("time[data-age]") ?? []) {
        if (time.dataset.age !== at) time.dataset.age = time.dateTime = at;
      }
    }
  }
}

const pad = (number) => String(number).padStart(2, "0");

export function elapsed(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

let frozenAt = null; // while Telnyx is silent, calls are shown as they last were, and their clocks stand still then

export function freezeAt(moment) {
  frozenAt = moment;
}

// As of when calls are shown.
export const shownTime = () => (frozenAt === null ? serverTime() : Math.min(frozenAt, serverTime()));

const CALLS = "#conferences, #agents, .detail, #wall";

const ROW = ":is(#conferences, #agents) > article";
const rowsInSight = new Set();
const watchedRows = new WeakSet();

// Of hundreds of rows only those in sight, and some beyond it, are written each second; others as scrolling comes to
// rest on them, for whatever is written paints the list anew.
const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) rowsInSight.add(target);
      else rowsInSight.delete(target);
    }
  },
  { rootMargin: "100% 0%" },
);

function watchRows() {
  for (const row of document.querySelectorAll(ROW)) {
    if (watchedRows.has(row)) continue;
    watchedRows.add(row);
    rowsInSight.add(row); // until told otherwise
    sight.observe(row);
  }
  for (const row of rowsInSight) if (!row.isConnected) rowsInSight.delete(row);
}

// The text within its node: a new node would have the browser ask anew what the rules say of everything around it.
function write(element, text) {
  const { firstChild } = element;
  if (element.textContent === text) return;
  if (firstChild?.nodeType === Node.TEXT_NODE && !firstChild.nextSibling) firstChild.data = text;
  else element.textContent = text;
}

const KINDS = {
  since: (time, now) => {
    const until = frozenAt !== null && time.closest(CALLS) ? shownTime() : now;
    return elapsed(until - Date.parse(time.dataset.since));
  },
  countsTo: (time) => elapsed(Date.parse(time.dataset.countsTo) - shownTime()),
  age: (time, now) => age(now - Date.parse(time.dataset.age)),
  left: (time, now) => `${Math.max(0, Math.round((Date.parse(time.dataset.left) - now) / 1000))} s`,
};

function writeTime(time, now) {
  for (const [kind, words] of Object.entries(KINDS)) if (kind in time.dataset) write(time, words(time, now));
}

export function tick() {
  const now = serverTime();
  const clock = document.getElementById("clock");
  if (clock) write(clock, dayTime.format(now));
  watchRows();
  for (const time of document.querySelectorAll("time")) {
    const row = time.closest(ROW);
    if (!row || rowsInSight.has(row)) writeTime(time, now);
  }
  for (const warning of document.querySelectorAll("[data-until]")) {
    const left = Date.parse(warning.dataset.until) - now;
    if (left < WARN_BEFORE_END && warning.closest("[data-state=in_progress]")) warning.hidden = false;
  }
}

let resting = 0;
const RESTS = 100; // ms after which scrolling has come to rest

document.addEventListener(
  "scroll",
  () => {
    clearTimeout(resting);
    resting = setTimeout(tick, RESTS);
  },
  { passive: true },
);

// Once a second, as the server's second begins, so that all durations and the clock change together.
export function startClock(also) {
  tick();
  also();
  setTimeout(() => startClock(also), 1000 - (serverTime() % 1000) + 5);
}
