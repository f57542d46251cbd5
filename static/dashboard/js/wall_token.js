// A screen is opened once by an address that ends in # and its token. That part is sent to nobody: it is taken out of the
// address here, and goes into the form, by which the token becomes a cookie.

const form = document.getElementById("token-form");
const token = location.hash.slice(1);

if (form && token.startsWith("wall_")) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.requestSubmit();
}
