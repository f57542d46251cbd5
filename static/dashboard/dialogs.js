// Opens the form and the list of keys as dialogs; closing one leads back to where it was opened.

let opener = null;

const dialog = () => document.getElementById("dialog");

export function open(which) {
  if (which.open) return;
  opener = document.activeElement;
  which.showModal();
}

function focusInside(which) {
  const target = which.querySelector("[aria-invalid=true], [name=role]:checked, h2");
  target?.focus();
}

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (target === dialog()) {
    open(target);
    focusInside(target);
  } else if (dialog()?.open && target?.matches?.("form.supervise")) {
    focusInside(dialog());
  }
});

document.addEventListener("close", (event) => {
  if (event.target === dialog()) dialog().replaceChildren();
  if (opener?.isConnected) opener.focus();
  else document.getElementById("main").focus();
}, true);

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  if (opens) open(document.getElementById(opens.dataset.opens));
  const closes = event.target.closest("dialog [data-closes]");
  if (closes) {
    event.preventDefault();
    closes.closest("dialog").close();
  }
});
