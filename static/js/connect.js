/* Leaving while offline: say that nothing was started, instead of the browser's own error page. */
(() => {
  "use strict";
  document.querySelectorAll("form[data-leaves]").forEach((form) => form.addEventListener("submit", (event) => {
    const words = document.getElementById("offline-start");
    if (words) words.hidden = navigator.onLine;
    if (navigator.onLine) return;
    event.preventDefault();
    window.gangway.say(words ? words.textContent.trim() : "");
  }));
})();
