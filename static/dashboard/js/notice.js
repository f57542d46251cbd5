// Says so when a click came to nothing: every control has a result.

const SENTENCES = {
  403: "You may not do that any more, or you have logged in anew since this page was loaded.",
  404: "That is no longer there, or no longer yours to see.",
  429: "That is being asked for already. Try again in a few seconds.",
};

function say(sentence) {
  const notice = document.getElementById("notice");
  if (!notice) return;
  notice.querySelector("p").textContent = sentence;
  notice.hidden = false;
}

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  say(SENTENCES[status] ?? "The server could not do that just now. What you see shows how things stand; try again.");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx?.request || ctx.status === "swapped" || (ctx.sourceElement.id === "filter" && error?.name === "AbortError"))
    return;
  if (ctx.request.method === "GET") say("The form could not be opened: no connection to the server.");
  else
    say("No answer from the server. It is not certain whether that was done; watch the line at the foot of the page.");
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
  const words = "The server has not answered yet. Your phone’s own hang-up always works.";
  waiting.set(
    ctx,
    setTimeout(() => say(words), PATIENCE),
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
