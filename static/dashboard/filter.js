// Keeps empty fields out of the board's address.

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.id !== "filter") return;
  for (const [name, value] of [...request.body]) if (!value) request.body.delete(name);
});
