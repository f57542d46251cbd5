// Keeps the page honest: rows come and go with what the server says, and the badge tells how old that is.

const LATE_AFTER = 12_000; // two heartbeats missed
const ENDED_STAYS = 10_000;

let heard = 0; // performance.now() of the last frame
let state = "connecting";

const live = () => document.getElementById("live");

function placeRows(ids) {
  const list = document.getElementById("conferences");
  for (const id of list ? ids : []) {
    if (!document.getElementById(id)) {
      const row = document.createElement("article");
      row.id = id;
      list.append(row);
    }
  }
}

function dropRows(kept) {
  for (const row of document.querySelectorAll("#conferences > [id]")) {
    if (!kept.includes(row.id)) row.remove();
  }
}

document.addEventListener("htmx:before:ws:message", (event) => {
  const frame = event.detail.message.json;
  heard = performance.now();
  if (!frame) return;
  placeRows(frame.rows ?? []);
  if (frame.live) dropRows(frame.live);
  show("live");
});

document.addEventListener("htmx:ws:close", (event) => {
  const code = event.detail.code;
  if (code === 4401 || code === 4403) location.reload();
  show("reconnecting");
});

function show(next) {
  state = next;
  const badge = document.getElementById("badge");
  if (!badge) return;
  const age = Math.round((performance.now() - heard) / 1000);
  const text = { connecting: "Connecting…", live: "Live", reconnecting: `Reconnecting · ${age} s old`, late: `Late · ${age} s old` }[next];
  badge.dataset.live = next;
  if (badge.textContent !== text) badge.textContent = text;
}

setInterval(() => {
  if (live() && heard && performance.now() - heard > LATE_AFTER && state !== "reconnecting") {
    show("late");
    htmx.ext.ws.getRegistry().get(live().getAttribute("hx-ws:connect"))?.socket?.close();
  } else show(state);
  const now = Date.now();
  for (const row of document.querySelectorAll("#conferences > [data-state=completed]")) {
    row.dataset.endedSeen ??= now;
    if (now - row.dataset.endedSeen > ENDED_STAYS) row.remove();
  }
}, 1000);
