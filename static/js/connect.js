/* Leaving while offline: say that nothing was started, instead of the browser's own error page. */
(() => {
  "use strict";
  const place = document.getElementById("offline-start");
  const words = place && place.querySelector("[data-words]");
  document.querySelectorAll("form[data-leaves]").forEach((form) => form.addEventListener("submit", (event) => {
    if (!words) return;
    place.hidden = navigator.onLine;
    words.textContent = navigator.onLine ? "" : words.dataset.words;
    if (navigator.onLine) return;
    event.preventDefault();
    window.gangway.say(words.textContent);
  }));
})();
