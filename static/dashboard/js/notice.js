// Says so when a click came to nothing: every control has a result.

import { isKnown, sentence } from "./words.js";

export function say(name) {
  const notice = document.getElementById("notice");
  if (!notice) return;
  notice.querySelector("p").textContent = sentence(name);
  notice.hidden = false;
}

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  say(isKnown(status) ? status : "failed");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx?.request || ctx.status === "swapped" || (ctx.sourceElement.id === "filter" && error?.name === "AbortError"))
    return;
  if (ctx.request.method === "GET") say("no_form");
  else say("no_answer");
});

document.addEventListener("htmx:before:request", () => {
  const notice = document.getElementById("notice");
  if (notice) notice.hidden = true;
});

// Whoever wants out and sees nothing happen is told what works in any case.
const PATIENCE = 3000;
const waiting = new Map(); // the request's context → its timer

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement.closest("#supervision-leave")) return;
  waiting.set(
    ctx,
    setTimeout(() => say("slow_leave"), PATIENCE),
  );
});
document.addEventListener("htmx:finally:request", (event) => {
  clearTimeout(waiting.get(event.detail.ctx));
  waiting.delete(event.detail.ctx);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#notice [data-closes]")) document.getElementById("notice").hidden = true;
  if (event.target.closest("#notice [data-reload]")) location.reload();
});
