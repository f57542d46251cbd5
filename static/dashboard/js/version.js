// Offers to load the page anew once the server has been of another version for a while. Never by itself, and not at
// once: while processes are exchanged one after another, a page may come from a new one and hear from an old one.

const AFTER = 20_000;

let since = null;

export function heardVersion(version) {
  if (!version) return;
  const now = performance.now();
  since = version === document.documentElement.dataset.version ? null : (since ?? now);
  const offer = document.getElementById("newer");
  if (offer) offer.hidden = since === null || now - since < AFTER;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#newer [data-reload]")) location.reload();
});
