// Nothing moves under the pointer or the focus: whatever would, waits until they leave the list, or until she asks for it.

export const LIST = ":is(#conferences, #agents)";
export const list = () => document.querySelector(LIST);

const waiting = []; // {rows, apply}: the rows on which a change of some kind waits, and what makes it

export const isInUse = () =>
  Boolean(list()?.matches(":hover") || list()?.contains(document.activeElement) || isUnderMouse());

// A form lies over the list while it is open, and once it has closed nothing is hovered before the mouse moves again.
let mouse = null; // where it is; null: nowhere on the page

function isUnderMouse() {
  if (!mouse || !list()) return false;
  const { x, y } = mouse;
  if (!document.querySelector("dialog[open]")) return Boolean(document.elementFromPoint(x, y)?.closest(LIST));
  const { left, right, top, bottom } = list().getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}

export function letWait(rows, apply) {
  waiting.push({ rows, apply });
}

const count = () => new Set(waiting.flatMap((one) => [...one.rows()])).size;
const waits = () => count() > 0;

export function showWaiting() {
  const line = document.getElementById("waiting");
  if (!line) return;
  const sum = count();
  line.hidden = !sum;
  const words = line.querySelector("[data-one]");
  const said = (sum === 1 ? words.dataset.one : words.dataset.many).replace("{count}", sum);
  if (sum && words.textContent !== said) words.textContent = said;
}

export function applyChanges() {
  const row = document.activeElement?.closest?.(`${LIST} > article`);
  const after = row?.nextElementSibling ?? row?.previousElementSibling;
  for (const one of waiting) one.apply();
  showWaiting();
  // The row that had the focus is gone: go on from its neighbour.
  if (row && !row.isConnected)
    after?.closest("article")?.querySelector("h2 a, h2[tabindex]")?.focus({ preventScroll: true });
}

function applyIfLeft() {
  if (!isInUse()) applyChanges();
}

document.addEventListener("pointerout", (event) => {
  if (event.target.closest?.(LIST) && !event.relatedTarget?.closest?.(LIST)) setTimeout(applyIfLeft, 300);
});
document.addEventListener("pointermove", (event) => {
  if (event.pointerType !== "mouse") return;
  const isNew = !mouse;
  mouse = { x: event.clientX, y: event.clientY };
  if (!isNew && !event.target.closest?.(LIST) && waits()) setTimeout(applyIfLeft, 300);
});
document.documentElement.addEventListener("pointerleave", () => {
  mouse = null;
  setTimeout(applyIfLeft, 300);
});
document.addEventListener("focusout", () => setTimeout(applyIfLeft, 0));
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#waiting button")) applyChanges();
});
