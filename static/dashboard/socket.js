// htmx may have looked over the page before its socket extension had arrived; then nothing opened the socket.

const live = document.getElementById("live");
if (live && !htmx.ext.ws.getRegistry().has(live.getAttribute("hx-ws:connect"))) htmx.process(live);
