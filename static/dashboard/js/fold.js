// The bar folded: who hears her and the way out, and nothing that covers more of the page. Kept for this tab.

const FOLDED = "earshot-bar-folded";
const root = document.documentElement;

function show() {
  root.toggleAttribute("data-bar-folded", Boolean(sessionStorage.getItem(FOLDED)));
  for (const button of document.querySelectorAll("[data-fold]")) {
    button.setAttribute("aria-expanded", String(!root.hasAttribute("data-bar-folded")));
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-fold]")) return;
  if (sessionStorage.getItem(FOLDED)) sessionStorage.removeItem(FOLDED);
  else sessionStorage.setItem(FOLDED, "1");
  show();
});
document.addEventListener("htmx:after:swap", show); // a morph brings the button as the server has it
show();
