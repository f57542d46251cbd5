// Starts what needs script. Without it the pages still work: they show the moment they were loaded.

import "./csrf.js";
import "./filter.js";
import "./fold.js";
import "./guard.js";
import "./keys.js";
import "./notice.js";
import "./view.js";
import { heardDue, raiseDue } from "./alerts.js";
import { arrangeSoon } from "./arrange.js";
import { isDue } from "./attention.js";
import { heardFrame, lostSocket, measured, watch } from "./badge.js";
import { setAges, setServerTime, startClock, tick } from "./clock.js";
import { markOver } from "./dialogs.js";
import { askInstead, socketSpoke } from "./fallback.js";
import { acknowledge, showLag } from "./lag.js";
import {
  becomeCalls,
  dropRows,
  dropStrangers,
  dropUnfit,
  markMine,
  placeRows,
  settleRows,
  sweepEnded,
} from "./rows.js";
import { goOn } from "./timeline.js";
import { showTitle } from "./title.js";
import { heardVersion } from "./version.js";

document.addEventListener("htmx:before:ws:message", (event) => {
  const frame = event.detail.message.json;
  if (!frame) return;
  socketSpoke(frame);
  take(frame, "live");
});

function take(frame, connection) {
  setServerTime(frame.now);
  heardFrame(frame, connection);
  heardVersion(frame.version);
  if (frame.lag) {
    showLag(frame.lag);
    measured(frame.lag);
  }
  if (connection === "live" && frame.rows?.length && !frame.live) acknowledge(frame.feed);
  if (frame.ages) {
    setAges(frame.ages);
    dropStrangers(frame.ages);
  }
  if (frame.calls?.length) setTimeout(refresh, 0, frame.calls); // after the frame's swap
  if (frame.due) heardDue(frame.due);
  if (frame.became) becomeCalls(frame.became, frame.rows ?? []);
  placeRows(frame.rows ?? []);
  if (frame.gone?.length) dropUnfit(frame.gone);
  if (frame.live ?? frame.roster) dropRows(frame.live ?? frame.roster);
  if (frame.over) markOver(frame.over);
}

document.addEventListener("htmx:ws:close", (event) => {
  const { code, reason } = event.detail;
  if (code === 4401 || code === 4403) location.reload(); // logged out, or other rights than this page was made for
  else if (reason !== "removed") lostSocket();
});

// What was drawn for one reader alone (who would hear her) is asked for anew when its call has changed.
function refresh(calls) {
  for (const shown of document.querySelectorAll("[data-follows]")) {
    if (calls.includes(shown.dataset.follows)) htmx.trigger(shown, "refresh");
  }
}

function settle() {
  showTitle();
  settleRows();
  markMine();
  markOver();
  tick();
}

document.addEventListener("htmx:after:swap", settle);

// htmx starts a tick after it was loaded, which may be before its socket extension is there; by now it is.
document.addEventListener("DOMContentLoaded", () => {
  const live = document.getElementById("live");
  if (live) htmx.process(live);
});

startClock(() => {
  sweepEnded();
  if (isDue()) arrangeSoon();
  raiseDue();
  watch();
  goOn();
  askInstead((frame) => take(frame, "slower"));
});
settle();
