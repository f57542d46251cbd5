// Going over to another call on the phone leg she has: Monitor on its row, or from row to row by the bar or n and p.

import { inTurn } from "./arrange.js";
import { say } from "./notice.js";

const bar = () => document.querySelector("#supervision[data-line]");
const monitor = (row) => row.querySelector('a[data-role="monitor"]');

// Whoever goes over to it has to say why: the form asks.
const asks = (link) => link.hasAttribute("data-asks");

function goTo(link) {
  const address = new URL(link.href).pathname.replace(/supervise\/$/, "hop/");
  htmx.ajax("POST", address, { target: "#supervision", swap: "outerMorph" });
}

// The next row of a call that she may join, or the one before, from the one she is in; after the last comes the first.
export function hop(step) {
  if (!bar()) return;
  const rows = document.getElementById("conferences") ? inTurn() : [];
  const at = rows.findIndex((row) => row.hasAttribute("data-mine"));
  const from = at < 0 && step < 0 ? rows.length : at;
  const inOrder = rows.map(
    (_, count) => rows[(((from + step * (count + 1)) % rows.length) + rows.length) % rows.length],
  );
  const next = inOrder.find((row) => monitor(row) && !row.hasAttribute("data-mine"));
  if (next && asks(monitor(next))) monitor(next).click();
  else if (next) goTo(monitor(next));
  else say("no_other_call");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-hop]");
  if (button) hop(Number(button.dataset.hop));
});

// Before htmx, which would open the form.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(':is(#conferences, #agents) > article a[data-role="monitor"]');
    if (!link || !bar() || asks(link) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    goTo(link);
  },
  true,
);
