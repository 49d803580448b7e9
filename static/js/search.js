// What is suggested under a search box while somebody types, and the key / that leads to the box. Without this file the
// box is a plain form that leads to the page with the results.
(() => {
  "use strict";
  const SHORTEST = 2;
  const WAIT = 120; // milliseconds after the last key
  const KEY_OFF = "slash-off";
  const stored = {
    get: () => { try { return localStorage.getItem(KEY_OFF); } catch { return null; } },
    set: (off) => { try { if (off) localStorage.setItem(KEY_OFF, "1"); else localStorage.removeItem(KEY_OFF); } catch { /* for this page only */ } },
  };
  const say = (text) => document.dispatchEvent(new CustomEvent("announce", { detail: { value: text } }));

  const combobox = (form) => {
    const input = form.querySelector('input[name="q"]');
    const list = document.createElement("ul");
    list.id = `${input.id}-suggestions`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    input.after(list);
    Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-haspopup": "listbox",
    }).forEach(([name, value]) => input.setAttribute(name, value));
    input.type = "text"; // a field of kind search may not be a combobox
    input.enterKeyHint = "search";

    let timer = 0;
    let asking = null;
    let shown = "";
    const options = () => [...list.querySelectorAll('[role="option"]')];
    const active = () => list.querySelector('[aria-selected="true"]');
    const open = (isOpen) => {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) choose(null);
    };
    const choose = (option) => {
      options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
      if (option) input.setAttribute("aria-activedescendant", option.id); else input.removeAttribute("aria-activedescendant");
      option?.scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      open(false);
    };
    const suggest = async () => {
      const text = input.value.trim();
      if (text === shown && !list.hidden) return;
      asking?.abort();
      if (text.length < SHORTEST) { shown = ""; close(); return; }
      asking = new AbortController();
      const query = new URLSearchParams(new FormData(form));
      query.delete("kind");
      let html = "";
      try {
        const answer = await fetch(`${form.dataset.search}?${query}`, {
          signal: asking.signal, credentials: "same-origin", redirect: "error", headers: { "X-Requested-With": "fetch" },
        });
        if (answer.ok) html = await answer.text();
      } catch { return; } // a later key asked anew, or nobody answered: the form still works
      if (document.activeElement !== input) return;
      shown = text;
      list.innerHTML = html;
      options().forEach((option, at) => { option.id = `${list.id}-${at + 1}`; });
      const count = options().length;
      open(count > 0);
      say(count ? `${count} ${count === 1 ? "suggestion" : "suggestions"}. Arrow keys lead to them.` : "No suggestions.");
    };

    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, WAIT); });
    input.addEventListener("blur", () => setTimeout(() => { if (!list.contains(document.activeElement)) close(); }, 150));
    input.addEventListener("keydown", (event) => {
      const found = options();
      const at = found.indexOf(active());
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { if (found.length && shown === input.value.trim()) open(true); else suggest(); return; }
        const next = event.key === "ArrowDown" ? at + 1 : (at === -1 ? found.length : at) - 1;
        choose(found[next] || null); // past either end: back to what was typed
      } else if (event.key === "Enter" && active()) {
        event.preventDefault();
        location.assign(active().dataset.href);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) location.assign(option.dataset.href);
    });
    form.addEventListener("submit", close);
  };
  document.querySelectorAll("form[data-search]").forEach(combobox);

  // The key is for whoever wants it: speech that types letters would set it off, so it can be turned off (WCAG 2.1.4).
  const button = document.querySelector("[data-slash-switch]");
  const showSwitch = () => {
    if (!button) return;
    button.textContent = stored.get() ? "Use this key again" : "Do not use this key";
    button.removeAttribute("aria-pressed");
  };
  button?.addEventListener("click", () => { stored.set(!stored.get()); showSwitch(); say(stored.get() ? "The key / does nothing now." : "The key / leads to the search box."); });
  showSwitch();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || stored.get()) return;
    if (event.target.closest('input, textarea, select, [contenteditable="true"]')) return;
    const box = [...document.querySelectorAll("[data-slash]")].find((one) => one.checkVisibility?.() ?? one.offsetParent);
    const link = document.querySelector(".site-search-link");
    if (!box && !link) return;
    event.preventDefault();
    if (box) { box.focus(); box.select(); } else location.assign(link.href);
  });
})();
