/* The account picker, suggestions and the bulk bar. Without this file each row has a plain list, or a
   page of its own, and everything else is done by forms. */
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const count = (element, n) => (n === 1 ? element.dataset.one : element.dataset.many).replace("{n}", n);
  const ticks = () => [...document.querySelectorAll('input[name="ids"]')];

  // The review of suggestions: its button says how many are ticked.
  const review = byId("review-go");
  if (review) {
    const tellReview = () => {
      const n = ticks().filter((tick) => tick.checked).length;
      review.textContent = n ? count(review, n) : review.dataset.none;
      review.setAttribute("aria-disabled", String(!n));
    };
    document.addEventListener("change", tellReview);
    byId("review-form").addEventListener("submit", (event) => {
      if (review.getAttribute("aria-disabled") === "true") event.preventDefault();
    });
    tellReview();
  }

  const template = byId("picker");
  if (!template) return;
  const words = template.dataset;

  // One combobox for each place that asks for an account.
  const setUp = (box) => {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    box.replaceChildren(template.content.cloneNode(true));
    const [hidden, input] = box.querySelectorAll("input");
    const list = box.querySelector("ul");
    hidden.value = box.dataset.value;
    input.value = box.dataset.label;
    input.id = box.dataset.id;
    input.setAttribute("aria-label", box.dataset.name);
    list.id = box.dataset.id + "-list";
    input.setAttribute("aria-controls", list.id);
    window.htmx.process(box);
  };
  const parts = (box) => {
    const [hidden, input, suggested] = box.querySelectorAll("input");
    return { hidden, input, suggested, list: box.querySelector("ul"), form: box.closest("form") };
  };
  const boxOf = (element) => element.closest && element.closest("[data-picker]");
  const rowBoxes = () => [...document.querySelectorAll('[data-picker="row"]')];
  const options = (list) => [...list.querySelectorAll("[role=option]")];

  const close = (box) => {
    const { input, list } = parts(box);
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    delete box.dataset.enter;
  };
  const activate = (box, option) => {
    const { input, list } = parts(box);
    options(list).forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const active = (box) => parts(box).list.querySelector('[aria-selected="true"]');
  const restore = (box) => { const p = parts(box); p.input.value = box.dataset.label; p.hidden.value = box.dataset.value; };
  const typed = (box) => parts(box).input.value !== box.dataset.label;
  const ask = (box) => window.htmx.trigger(parts(box).input, "picker:open");

  const goOn = (box, onUse) => {
    const all = rowBoxes(), at = all.indexOf(box);
    const next = [...all.slice(at + 1), ...all.slice(0, at)].find((one) => !one.dataset.value);
    const target = next ? (onUse && useOf(next)) || parts(next).input : byId("page-title");
    target.focus();
  };
  // A suggestion is used by its button alone; once the row has an account it steps back.
  const useOf = (box) => box.closest("[data-row]").querySelector(".use:not([hidden])");
  const paintUse = (box) => {
    const use = box.closest("[data-row]").querySelector(".use");
    if (!use) return;
    const used = box.dataset.value === use.dataset.account;
    use.dataset.word = use.dataset.word || use.firstChild.data;
    use.firstChild.data = used ? words.used : use.dataset.word;
    use.setAttribute("aria-disabled", String(used));
    use.hidden = Boolean(box.dataset.value) && !used;
  };
  const choose = (box, value, label, onwards, use) => {
    const { hidden, input, suggested, form } = parts(box);
    close(box);
    hidden.value = box.dataset.value = value;
    input.value = box.dataset.label = label;
    suggested.value = use ? "1" : "";
    if (box.dataset.picker === "bulk") return;
    paintUse(box);
    send(box, form);
    if (onwards) goOn(box, use);
  };
  const statusOf = (box) => box.closest("[data-row]").querySelector(".row-status");
  const send = (box, form) => {
    const status = statusOf(box);
    status.className = "row-status";
    status.removeAttribute("hx-get");
    status.textContent = words.saving;
    form.requestSubmit();
  };

  document.querySelectorAll("[data-picker]").forEach(setUp);
  let held = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    held = event.detail.target.matches(".row-status") && event.detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:load", (event) => {
    event.detail.elt.querySelectorAll("[data-picker]").forEach(setUp);
    tickFailed(event.detail.elt);
    tell();
    // A row's answer says what holds now; the field follows it.
    const status = event.detail.elt.closest(".row-status");
    const row = status && status.closest("[data-row]"), box = row && row.querySelector('[data-picker="row"]');
    if (!box) return;
    delete box.dataset.unsaved;
    const { hidden, input, form } = parts(box);
    form.elements.seen.value = status.dataset.seen;
    if (input !== document.activeElement || !typed(box)) input.value = status.dataset.label;
    hidden.value = box.dataset.value = status.dataset.value;
    box.dataset.label = status.dataset.label;
    paintUse(box);
    unsaved();
    askOnce(status);
    // The button that was pressed is gone; its row's field is the nearest place.
    if (held && document.activeElement === document.body) input.focus();
    held = false;
  });

  // One question for a supplier at a time: the newest, unless the person is at an older one.
  const askOnce = (status) => {
    const question = status.querySelector(".remember");
    if (!question) return;
    const same = [...document.querySelectorAll(".remember")].filter(
      (one) => one !== question && one.dataset.supplier === question.dataset.supplier);
    if (same.some((one) => one.contains(document.activeElement))) question.remove();
    else same.forEach((one) => one.remove());
  };
  // What a bulk assignment could not save stays ticked.
  const tickFailed = (root) => {
    const batch = root.id === "assign-batch" ? root : root.querySelector && root.querySelector("#assign-batch");
    if (!batch) return;
    const failed = batch.dataset.failed.split(" ");
    ticks().forEach((tick) => { if (failed.includes(tick.value)) tick.checked = true; });
  };

  // What the field asks for: everything while it shows a chosen account, else what was typed.
  document.addEventListener("htmx:configRequest", (event) => {
    const box = event.detail.elt.getAttribute("role") === "combobox" && boxOf(event.detail.elt);
    if (!box) return;
    event.detail.parameters.q = typed(box) ? event.detail.elt.value : "";
    box.dataset.asked = event.detail.elt.value;
  });
  let speak = 0;
  document.addEventListener("htmx:afterSwap", (event) => {
    const list = event.detail.target;
    const box = list.getAttribute("role") === "listbox" && boxOf(list);
    if (!box) return;
    const { input } = parts(box);
    if (input !== document.activeElement) return close(box);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    const all = options(list);
    activate(box, typed(box) ? all[0] : all.find((one) => one.dataset.value === box.dataset.value));
    const note = list.querySelector("[data-count]");
    clearTimeout(speak);
    speak = setTimeout(() => note && window.gangway.say(note.dataset.count), 500);
    // Enter came before the answer; an answer to an older text does not count.
    if (!box.dataset.enter || box.dataset.asked !== input.value) return;
    delete box.dataset.enter;
    const option = active(box);
    if (option) choose(box, option.dataset.value, option.dataset.label, true);
  });

  const move = (box, by) => {
    const all = options(parts(box).list);
    if (!all.length) return ask(box);
    const at = all.indexOf(active(box));
    activate(box, all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length]);
  };
  const enter = (box) => {
    const { input, list } = parts(box);
    if (typed(box) && (list.hidden || box.dataset.asked !== input.value)) {
      box.dataset.enter = "1";
      return ask(box);
    }
    const option = active(box);
    if (!list.hidden && option) return choose(box, option.dataset.value, option.dataset.label, true);
    if (box.dataset.picker === "row" && box.dataset.value) goOn(box);
    else ask(box);
  };
  const keysOn = () => localStorage.getItem("gangway-keys") !== "off";
  const fromAbove = (box) => {
    const all = rowBoxes(), above = all[all.indexOf(box) - 1];
    if (above && above.dataset.value) choose(box, above.dataset.value, above.dataset.label, true);
  };
  const bulkForm = () => byId("assign-bulk");
  const bulkNow = (box) => {
    const form = bulkForm(), bulk = form && form.querySelector("[data-picker]");
    if (!form || !ready()) return;
    if (!bulk.dataset.value && box && box.dataset.value) choose(bulk, box.dataset.value, box.dataset.label);
    if (bulk.dataset.value) form.requestSubmit();
    else parts(bulk).input.focus();
  };
  document.addEventListener("keydown", (event) => {
    const box = boxOf(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (event.target.closest("main")) { event.preventDefault(); bulkNow(box && box.dataset.picker === "row" ? box : null); }
      return;
    }
    if (event.key === " " && event.shiftKey && event.target.name === "ids") {
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
      return;
    }
    if (!box || event.target.getAttribute("role") !== "combobox") return;
    const { input, list } = parts(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask(box);
      else if (!event.altKey) move(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter(box);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (list.hidden) restore(box);
      else close(box);
    } else if (event.key === "+" && !input.value && keysOn() && box.dataset.picker === "row") {
      event.preventDefault();
      fromAbove(box);
    }
  }, true);
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".picker [role=option]");
    const box = boxOf(event.target);
    if (option) {
      event.preventDefault();
      choose(box, option.dataset.value, option.dataset.label);
    } else if (event.target.closest(".picker [role=listbox]")) event.preventDefault();
    else if (box && event.target.getAttribute("role") === "combobox" && parts(box).list.hidden) ask(box);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.getAttribute("role") === "combobox" && boxOf(event.target)) event.target.select();
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target.getAttribute && event.target.getAttribute("role") === "combobox" && boxOf(event.target);
    if (box && !box.dataset.enter) { close(box); restore(box); }
  });

  // A choice that could not be sent stays, and is sent again only when the person says so.
  const unsaved = () => {
    const boxes = rowBoxes().filter((box) => box.dataset.unsaved), bar = byId("unsaved");
    bar.hidden = !boxes.length;
    byId("unsaved-words").textContent = count(byId("unsaved-words"), boxes.length);
    byId("save-unsaved").textContent = count(byId("save-unsaved"), boxes.length);
  };
  byId("save-unsaved").addEventListener("click", () => {
    const kept = rowBoxes().filter((box) => box.dataset.unsaved);
    kept.forEach((box) => send(box, parts(box).form));
    if (kept.length) parts(kept[0]).input.focus();
  });
  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      const box = event.detail.elt.matches(".assign-form") && event.detail.elt.querySelector("[data-picker]");
      if (!box) return;
      box.dataset.unsaved = "1";
      statusOf(box).textContent = kind === "htmx:responseError" ? words.failed : words.offline;
      statusOf(box).className = "row-status state-err";
      unsaved();
    });
  }

  // The bulk bar says how many.
  const all = () => bulkForm() && bulkForm().elements.pick;
  const canUse = (tick) => tick.closest("[data-row]").querySelector('.use:not([hidden]):not([aria-disabled="true"])');
  const ready = () => all() || ticks().some((tick) => tick.checked);
  const tell = () => {
    const form = bulkForm();
    if (!form || all()) return;
    const n = ticks().filter((tick) => tick.checked).length;
    form.classList.toggle("is-on", n > 0);
    if (n) {
      const said = byId("bulk-count"), page = n === ticks().length && said.dataset.page;
      said.textContent = page ? page.replace("{n}", n) : count(said, n);
      byId("bulk-go").textContent = count(byId("bulk-go"), n);
    }
    const use = byId("bulk-use");
    if (use) {
      const suggested = ticks().filter((tick) => tick.checked && canUse(tick)).length;
      use.textContent = count(use, suggested);
      use.hidden = !suggested;
    }
    const every = byId("tick-all");
    if (every) { every.checked = n > 0 && n === ticks().length; every.indeterminate = n > 0 && n < ticks().length; }
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "tick-all") ticks().forEach((tick) => { tick.checked = event.target.checked; });
    if (event.target.id === "tick-all" || event.target.name === "ids") tell();
  });
  document.addEventListener("click", (event) => {
    const use = event.target.closest(".use");
    if (use) {
      event.preventDefault();
      const box = use.closest("[data-row]").querySelector('[data-picker="row"]');
      // A press of a key goes on to the next row; the mouse stays where it is.
      if (use.getAttribute("aria-disabled") !== "true") choose(box, use.dataset.account, use.closest(".suggestion").querySelector(".cell-main").textContent, event.detail === 0, true);
      tell();
      return;
    }
    if (event.target.id !== "bulk-clear") return;
    ticks().forEach((tick) => { tick.checked = false; });
    tell();
    (byId("tick-all") || byId("page-title")).focus();
  });
  tickFailed(document);
  tell();
  if (bulkForm() && all() && document.activeElement === document.body) byId("bulk-account").focus();
  // Forms that lead to another page would lose what is on this one.
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
    event.preventDefault();
    byId("problem-words").textContent = words.leave;
    byId("problem").hidden = false;
    byId("alert").textContent = words.leave;
  });
  addEventListener("beforeunload", (event) => {
    if (rowBoxes().some((box) => box.dataset.unsaved)) event.preventDefault();
  });
})();
