// The page's title and icon say in which mode she is, so that she sees it from another tab.

const ownTitle = document.title;
const icon = document.querySelector("link[rel=icon]");
const ownIcon = icon?.getAttribute("href");

export function showTitle() {
  const { title, role } = document.getElementById("supervision")?.dataset ?? {};
  const text = title ? `${title} – Earshot` : ownTitle;
  if (document.title !== text) document.title = text;
  const href = (title && icon?.dataset[role]) || ownIcon;
  if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}
