// Keeps the board's address in step with its filters, without empty fields.

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.id !== "filter") return;
  for (const [name, value] of [...request.body]) if (!value) request.body.delete(name);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.id === "filter") history.replaceState(null, "", request.action);
});
