/* The rules screen: Ctrl+Enter opens the review, Go back closes it, Undo puts the ticks back. */
(() => {
  "use strict";
  const form = document.getElementById("rules-form");
  if (!form) return;
  const go = document.getElementById("rules-go");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-review]")) return;
    event.preventDefault();
    const review = document.getElementById("rules-review"), empty = document.createElement("div");
    empty.id = "rules-review";
    review.replaceWith(empty);
    go.focus();
  });
  const undo = document.getElementById("rules-undo");
  if (undo) undo.addEventListener("click", (event) => {
    event.preventDefault();
    form.reset();
    const tick = form.querySelector("input[type=checkbox]");
    if (tick) tick.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
