// Opens the form and the list of keys as dialogs; closing one leads back to where it was opened.

let opener = null;

const dialog = () => document.getElementById("dialog");

export function open(which) {
  if (which.open) return;
  opener = document.activeElement;
  which.showModal();
}

function focusInside(which) {
  const wrong = which.querySelector("[aria-invalid=true]");
  (wrong ?? which.querySelector("[name=role]:checked, button"))?.focus();
}

document.addEventListener("htmx:after:swap", (event) => {
  const { target, sourceElement } = event.detail.ctx;
  if (target === dialog()) {
    open(target);
    focusInside(target);
  } else if ((target === "#supervision" || target.id === "supervision") && sourceElement.matches("form.supervise")) {
    opener = null; // the form is done, and the page stays where it was
    dialog().close();
    focusBar();
  } else if (sourceElement.matches("form.supervise")) focusInside(document.getElementById(sourceElement.id));
  else if (sourceElement.id === "supervision-dismiss") document.getElementById("main").focus({ preventScroll: true });
  else keepFocusInBar();
});

// What she had the focus on may be gone from her bar with the state that it belonged to.
let wasInBar = false;

document.addEventListener("focusin", (event) => {
  wasInBar = Boolean(event.target.closest("#supervision"));
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("#supervision")) wasInBar = false;
});

function keepFocusInBar() {
  if (wasInBar && document.activeElement === document.body) focusBar();
}

// Her own bar: what she can do there next.
function focusBar() {
  document
    .querySelector("#supervision :is(#supervision-leave, #supervision-dismiss) button")
    ?.focus({ preventScroll: true });
}

// The call a form is about may end while it is open: what it says of people who hear is then no longer so.
export function markOver(over = []) {
  for (const form of document.querySelectorAll("form.supervise")) {
    const row = document.getElementById(`conference-${form.dataset.call}`);
    if (row?.dataset.state !== "completed" && !over.includes(form.dataset.call)) continue;
    form.querySelector("[data-over]").hidden = false;
    form.dataset.isOver = "";
  }
}

// A dialog may be closed while an answer for it is on its way: nothing is left to put that into.
document.addEventListener("htmx:before:swap", (event) => {
  const { target } = event.detail.ctx;
  if (target instanceof Element && !target.isConnected) event.preventDefault();
});

// A row that has gone meanwhile cannot take the focus back. (The event does not bubble, hence the capture.)
document.addEventListener(
  "close",
  (event) => {
    if (event.target === dialog()) dialog().replaceChildren();
    if (opener) (opener.isConnected ? opener : document.getElementById("main")).focus({ preventScroll: true });
  },
  true,
);

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  if (opens) open(document.getElementById(opens.dataset.opens));
  const closes = event.target.closest("dialog [data-closes]");
  if (closes) {
    event.preventDefault();
    closes.closest("dialog").close();
  }
});
