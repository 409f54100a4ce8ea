/* Six jobs: focus after a swap, a heart that rests while the page is hidden, copying, shortcuts,
   a word when the line is lost, and small comforts. Every page works without this file. */
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  root.classList.add("js");

  // The person's time zone, for the next page.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes("gangway_zone=" + zone)) {
    document.cookie = "gangway_zone=" + zone + ";path=/;max-age=31536000;samesite=lax";
  }

  // Announcements: at most one in 5 s, the same words not twice in a row.
  let saidAt = 0, said = "", queued = 0;
  const say = (words) => {
    if (!words || words === said) return;
    clearTimeout(queued);
    queued = setTimeout(() => {
      byId("live").textContent = said = words;
      saidAt = Date.now();
    }, Math.max(0, saidAt + 5000 - Date.now()));
  };
  window.gangway = { say };

  // 1. Focus: what had it keeps it by id; data-focus in the new content takes it.
  let focused = "";
  document.addEventListener("htmx:beforeSwap", () => {
    focused = document.activeElement ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const wanted = event.target.matches && event.target.matches("[data-focus]")
      ? event.target : event.target.querySelector && event.target.querySelector("[data-focus]");
    if (wanted && event.detail.elt.id !== "beat") return wanted.focus();
    if (document.activeElement !== document.body) return;
    const back = (focused && byId(focused)) || byId("page-title");
    if (focused && back) back.focus({ preventScroll: true });
  });
  const first = document.querySelector("main [data-focus]");
  if (first) first.focus();

  // 2. The heartbeat rests while nobody looks, and beats at once on return.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.id === "beat") event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const beat = byId("beat");
    if (!document.hidden && beat && window.htmx) window.htmx.trigger(beat, "gangway:wake");
  });

  // 3. Copying, with the word for 2 s.
  const copy = async (button) => {
    const from = button.dataset.copyFrom;
    await navigator.clipboard.writeText(from ? document.querySelector(from).textContent.trim() : button.dataset.copy);
    const word = button.querySelector("span") || button, was = word.textContent;
    word.textContent = button.dataset.copied;
    say(button.dataset.copied);
    setTimeout(() => { word.textContent = was; }, 2000);
  };

  // 4. Shortcuts; single keys only where the person wants them, never while typing.
  const keysOn = () => localStorage.getItem("gangway-keys") !== "off";
  const dialog = byId("keyboard");
  const box = byId("single-keys");
  if (box) {
    box.checked = keysOn();
    box.addEventListener("change", () => localStorage.setItem("gangway-keys", box.checked ? "on" : "off"));
  }
  const listKey = (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    const rows = [...list.querySelectorAll("[data-row]")];
    const row = event.target.closest("[data-row]");
    const at = rows.indexOf(row);
    const go = (index) => {
      const link = rows[index] && rows[index].querySelector("a, button, input");
      if (link) { event.preventDefault(); link.focus(); }
    };
    if (event.key === "j" || event.key === "ArrowDown") return go(at + 1);
    if (event.key === "k" || event.key === "ArrowUp") return go(Math.max(0, at - 1));
    if (event.key === "Escape") {
      list.querySelectorAll("input[type=checkbox]:checked").forEach((tick) => tick.click());
      return;
    }
    const act = { x: "input[type=checkbox]", r: "[data-key=r]" }[event.key];
    const target = act && row && row.querySelector(act);
    if (target) { event.preventDefault(); target.click(); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details[data-pop][open]").forEach((pop) => {
      pop.open = false;
      pop.querySelector("summary").focus();
    });
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (event.target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea")) return;
    if (event.key === "?" && dialog && !dialog.open) { event.preventDefault(); dialog.showModal(); return; }
    if (event.key === "/") {
      const search = document.querySelector("main input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    listKey(event);
  });

  // 5. The line is lost, or an answer could not be used.
  const offline = (lost) => {
    const place = byId("offline");
    if (!place) return;
    if (place.hidden !== !lost) say(lost ? document.body.dataset.offline : document.body.dataset.back);
    byId("offline-words").textContent = lost ? document.body.dataset.offline : "";
    place.hidden = !lost;
  };
  addEventListener("offline", () => offline(true));
  addEventListener("online", () => offline(false));
  // What looks by itself from time to time goes on doing so; nobody else would ask it to.
  const looks = (elt) => (elt.getAttribute("hx-trigger") || "").startsWith("load delay");
  const lookAgain = (elt, pause) => setTimeout(() => {
    if (elt.isConnected) window.htmx.ajax("GET", elt.getAttribute("hx-get"), { source: elt, target: elt, swap: elt.getAttribute("hx-swap") });
  }, pause);
  document.addEventListener("htmx:sendError", ({ detail }) => {
    offline(true);
    if (looks(detail.elt)) lookAgain(detail.elt, 3000);
  });
  document.addEventListener("htmx:afterOnLoad", () => offline(false));
  document.addEventListener("htmx:responseError", (event) => {
    if (looks(event.detail.elt)) return lookAgain(event.detail.elt, 15000);
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const words = page.body.textContent.trim().replace(/\s+/g, " ").slice(0, 400);
    byId("problem-words").textContent = words;
    byId("problem").hidden = false;
    byId("alert").textContent = words;
  });

  // 6. Comforts: one pop-up at a time, busy targets, ticks by range.
  let lastTick = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) return copy(button);
    if (event.target.closest("[data-print]")) return window.print();
    const opener = event.target.closest("[data-dialog]");
    if (opener) { event.preventDefault(); byId(opener.dataset.dialog).showModal(); return; }
    document.querySelectorAll("details[data-pop][open]").forEach((pop) => {
      if (!pop.contains(event.target)) pop.open = false;
    });
    const tick = event.target.closest("[data-range] input[type=checkbox]");
    if (!tick) return;
    const ticks = [...tick.closest("[data-range]").querySelectorAll("[data-row] input[type=checkbox]")];
    if (event.shiftKey && lastTick && ticks.includes(lastTick)) {
      const [from, to] = [ticks.indexOf(lastTick), ticks.indexOf(tick)].sort((a, b) => a - b);
      ticks.slice(from, to + 1).forEach((one) => {
        if (one.checked !== tick.checked) { one.checked = tick.checked; one.dispatchEvent(new Event("change", { bubbles: true })); }
      });
    }
    lastTick = tick;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "beat") event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target) event.detail.target.removeAttribute("aria-busy");
  });
})();
