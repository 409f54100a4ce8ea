/* The rules screen: Ctrl+Enter opens the review, Go back closes it, Undo puts the ticks back.
   The form may come later than the page, so everything is heard at the document. */
(() => {
  "use strict";
  const form = () => document.getElementById("rules-form");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form() && form().contains(event.target)) {
      event.preventDefault();
      form().requestSubmit();
    }
  });
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-review]"), undo = event.target.closest("#rules-undo");
    if (!form() || !(close || undo)) return;
    event.preventDefault();
    if (undo) {
      form().reset();
      const tick = form().querySelector("input[type=checkbox]");
      if (tick) tick.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const empty = document.createElement("div");
    empty.id = "rules-review";
    document.getElementById("rules-review").replaceWith(empty);
    document.getElementById("rules-go").focus();
  });
})();
