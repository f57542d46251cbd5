// Leads through a first whisper, in the demo only: which step one is at is read off the page, wherever one has been.

const guide = document.getElementById("guide");
const KEY = "guide"; // "heard" once who hears was seen, "done" once left, "closed" for good

const kept = () => localStorage.getItem(KEY) ?? "";

function step() {
  const bar = document.getElementById("supervision");
  const state = bar?.dataset.state;
  const isIn = state === "joined" && bar.dataset.role === "whisper";
  if (kept() === "done") return "done";
  if (kept() === "heard") {
    if (isIn) return "leave";
    if (!state || state === "ended" || state === "failed") localStorage.setItem(KEY, "done");
    return "leave";
  }
  if (isIn) return "hear";
  return document.querySelector("form.supervise") ? "start" : "pick";
}

// Above a form that has just opened, too.
let above = null;
function rise() {
  const dialog = document.querySelector("dialog[open]");
  if (guide.matches(":popover-open") && dialog === above) return;
  if (guide.matches(":popover-open")) guide.hidePopover();
  above = dialog;
  guide.showPopover();
}

function show() {
  if (kept() === "closed") {
    guide.hidePopover();
    return;
  }
  rise();
  const isAside = document.querySelector("#supervision[data-state], dialog[open]");
  guide.toggleAttribute("data-aside", Boolean(isAside));
  const at = step();
  for (const one of guide.querySelectorAll("[data-step]")) {
    if (one.dataset.step === at) one.setAttribute("aria-current", "step");
    else one.removeAttribute("aria-current");
  }
}

guide.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-guide]")?.dataset.guide;
  if (!pressed) return;
  localStorage.setItem(KEY, pressed === "close" ? "closed" : pressed);
  show();
});

show();
setInterval(show, 300);
