// Sends the CSRF token as it is now: another tab may have logged in since this page was made.

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  const token = /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (request.method !== "POST" || !token) return;
  request.body.delete("csrfmiddlewaretoken");
  request.headers["X-CSRFToken"] = token;
});
