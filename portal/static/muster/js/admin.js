// What unfold's pages lack for people who hear them: where the page itself begins, and the names
// of its search boxes.

/** Name a search box by the label of the select that it stands for; the value is read anyway. */
function nameBox(select) {
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const name = select.getAttribute("aria-label") ?? label?.textContent.replace("*", "").trim();
  const box = select.nextElementSibling?.querySelector(".select2-selection");
  if (!name || !box) return;
  const value = box.querySelector(".select2-selection__rendered");
  box.removeAttribute("aria-labelledby"); // of the value, which may be empty
  box.setAttribute("aria-label", name);
  box.querySelector(".select2-search__field")?.setAttribute("aria-label", name); // of several rows
  value?.removeAttribute("role");
  value?.removeAttribute("aria-readonly");
}

window.addEventListener("load", () => {
  document.getElementById("main")?.setAttribute("role", "main");
  // The boxes are made by jQuery's own queue, which may still be waiting: ours comes after them.
  window.django?.jQuery?.(() => document.querySelectorAll("select.select2-hidden-accessible").forEach(nameBox));
  // Two regions of one name say nothing: the side bar and the filters are landmarks themselves.
  for (const scroll of document.querySelectorAll(".simplebar-content-wrapper")) {
    scroll.removeAttribute("role");
    scroll.removeAttribute("aria-label");
  }
});
