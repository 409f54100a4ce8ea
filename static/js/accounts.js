/* The ledger accounts: closing a panel puts the focus back on what opened it. Without this file it is a link. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-panel]");
    const panel = close && close.closest(".change-panel");
    if (!panel) return;
    event.preventDefault();
    panel.replaceChildren();
    document.getElementById(close.dataset.closePanel).focus();
  });
  // One panel at a time, so that what is in it has a name of its own.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.target.matches(".change-panel")) return;
    document.querySelectorAll(".change-panel").forEach((panel) => panel.replaceChildren());
  });
})();
