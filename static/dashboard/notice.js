// Says so when a click came to nothing: every control has a result.

const SENTENCES = {
  403: "You may not do that any more, or you have logged in anew since this page was loaded.",
  404: "That is no longer there, or no longer yours to see.",
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
  if (!ctx?.request || ctx.status === "swapped" || ctx.sourceElement.id === "filter" && error?.name === "AbortError") return;
  if (ctx.request.method === "GET") say("The form could not be opened: no connection to the server.");
  else say("No answer from the server. It is not certain whether that was done; watch the line at the foot of the page.");
});

document.addEventListener("htmx:before:request", () => {
  const notice = document.getElementById("notice");
  if (notice) notice.hidden = true;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#notice [data-closes]")) document.getElementById("notice").hidden = true;
  if (event.target.closest("#notice [data-reload]")) location.reload();
});
