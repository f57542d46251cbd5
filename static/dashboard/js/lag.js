// Tells the server when what it sent is on screen, and shows how far the screens are behind.

const EVERY = 1000; // one sample a second is plenty

let last = -Infinity;

export function acknowledge(number) {
  const now = performance.now();
  if (now - last < EVERY || document.hidden) return;
  last = now;
  // The frame is swapped in after this event; two frames later it has been painted.
  requestAnimationFrame(() => requestAnimationFrame(() => socket()?.send(String(number))));
}

function socket() {
  const url = document.getElementById("live")?.getAttribute("hx-ws:connect");
  const open = url && htmx.ext.ws.getRegistry().get(url)?.socket;
  return open?.readyState === WebSocket.OPEN ? open : null;
}

export function showLag({ p50, late, steps }) {
  const meter = document.getElementById("lag");
  if (!meter) return;
  meter.hidden = false;
  meter.dataset.late = late;
  meter.querySelector(".p50").textContent = p50.toFixed(1);
  for (const [step, shares] of Object.entries(steps)) {
    const cells = meter.querySelectorAll(`[data-step="${step}"] td`);
    shares.forEach((seconds, at) => (cells[at].textContent = `${seconds.toFixed(2)} s`));
  }
}
