// A long list to choose from can be typed into: what fits is listed below, for mouse, keys and screen readers (the ARIA
// pattern of a combobox with a list). The list itself stays in the form and is what is sent; without this file it is all.
(() => {
  "use strict";
  const LONG = 12; // choices from which on typing is quicker than looking
  const SHOWN = 60;
  const say = (value) => document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
  const bare = (text) => text.replace(/ \(\d+\)$/, ""); // without how many rows it would leave
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const make = (tag, attributes, text = "") => {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.textContent = text;
    return made;
  };
  let count = 0;

  const enhance = (select) => {
    if (select.dataset.pick === "done" || select.options.length <= LONG) return;
    select.dataset.pick = "done";
    const label = select.labels?.[0]?.firstChild?.textContent.trim() || "Choices";
    const id = `pick-${count += 1}`;
    const list = make("ul", { role: "listbox", id, class: "pick-list", "aria-label": label, hidden: "" });
    const input = make("input", {
      type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": id,
    });
    ["id", "aria-describedby", "aria-invalid", "required"].forEach((name) => {
      if (!select.hasAttribute(name)) return;
      input.setAttribute(name, select.getAttribute(name));
      select.removeAttribute(name);
    });
    const chips = select.multiple ? make("ul", { class: "chips pick-chips", role: "list" }) : null;
    const box = make("div", { class: "pick" });
    const choices = [...select.options].map((option) => ({
      option, get words() { return option.text; }, get folded() { return fold(option.text); },
    }));
    let active = -1;
    let offered = [];

    const show = () => {
      if (!chips) {
        const chosen = select.selectedOptions[0];
        input.value = chosen?.value ? chosen.text : "";
        input.placeholder = chosen?.value ? "" : chosen?.text || "";
        return;
      }
      chips.hidden = !select.selectedOptions.length;
      chips.replaceChildren(...[...select.selectedOptions].map((option) => {
        const item = make("li", {});
        const button = make("button", { type: "button", class: "chip", "aria-label": `Remove ${option.text}` }, `${option.text} ×`);
        button.addEventListener("click", () => { option.selected = false; changed(); input.focus(); say(`Removed: ${option.text}`); });
        item.append(button);
        return item;
      }));
    };
    const changed = () => { show(); select.dispatchEvent(new Event("change", { bubbles: true })); };
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      active = index;
      [...list.children].forEach((item, at) => item.classList.toggle("is-active", at === index));
      const item = list.children[index];
      if (!item) { input.removeAttribute("aria-activedescendant"); return; }
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    };
    const open = (text = "") => {
      const words = fold(text).split(/\s+/).filter(Boolean);
      const fitting = choices.filter((one) => words.every((word) => one.folded.includes(word)) && !(chips && one.option.selected));
      // What begins as it was typed comes first.
      offered = [...fitting].sort((a, b) => b.folded.startsWith(words[0] || "") - a.folded.startsWith(words[0] || "")).slice(0, SHOWN);
      list.replaceChildren(...offered.map((one, at) => make("li", {
        role: "option", id: `${id}-${at}`, "aria-selected": String(one.option.selected),
      }, one.words)));
      if (fitting.length > SHOWN) {
        list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, `${fitting.length - SHOWN} more: type on`));
      }
      if (!fitting.length) list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing fits"));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(words.length && offered.length ? 0 : -1);
      if (words.length) say(fitting.length === 1 ? `1 fits: ${fitting[0].words}` : `${fitting.length} fit`);
    };
    const choose = (one) => {
      one.option.selected = true;
      if (chips) { input.value = ""; say(`Added: ${one.words}`); }
      close();
      changed();
    };
    // Leaving takes what was typed where it can mean one thing only; else the choice stays as it was.
    const leave = () => {
      close();
      const text = fold(input.value);
      const fitting = choices.filter((one) => bare(one.folded) === bare(text));
      const current = chips ? "" : select.selectedOptions[0]?.text || "";
      if (text && bare(fold(current)) !== bare(text) && fitting.length === 1) choose(fitting[0]);
      else if (text && bare(fold(current)) !== bare(text)) say(`“${input.value}” is not in the list. ${current ? `“${current}” stays.` : ""}`);
      else if (!text && !chips && select.value) {
        const nobody = choices.find((one) => !one.option.value);
        if (nobody) choose(nobody);
      }
      if (chips) input.value = ""; else show(); // chips drawn anew would slip away from under a click on one
    };

    input.addEventListener("input", () => open(input.value));
    input.addEventListener("click", () => { if (list.hidden) { input.select(); open(); } });
    input.addEventListener("blur", leave);
    input.addEventListener("keydown", (event) => {
      const isOpen = !list.hidden;
      if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        event.preventDefault();
        if (!isOpen) { open(); mark(offered.findIndex((one) => one.option.selected && !chips)); if (active >= 0) return; }
        const next = active + (event.key === "ArrowDown" ? 1 : -1);
        mark(next < 0 ? offered.length - 1 : next % Math.max(offered.length, 1));
      } else if (event.key === "Enter" && isOpen) {
        event.preventDefault();
        if (offered[active]) choose(offered[active]); else close();
      } else if (event.key === "Tab" && isOpen && offered[active]) choose(offered[active]);
      else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        event.stopPropagation();
        close();
        show();
      } else if (event.key === "Backspace" && chips && !input.value && select.selectedOptions.length) {
        const last = [...select.selectedOptions].pop();
        last.selected = false;
        changed();
        say(`Removed: ${last.text}`);
      }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where one types
    list.addEventListener("click", (event) => {
      const one = offered[[...list.children].indexOf(event.target.closest("li"))];
      if (one) choose(one);
    });
    ["change", "recount"].forEach((name) => select.addEventListener(name, show));

    select.hidden = true;
    select.before(box);
    box.append(...[chips, input, list, select].filter(Boolean));
    show();
  };

  const all = (root) => root.querySelectorAll?.("select[data-pick]").forEach(enhance);
  all(document);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => all(node)))).observe(
    document.body, { childList: true, subtree: true },
  );
})();
