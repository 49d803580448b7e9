// The tree of a plan: a row is moved by its grip, with the mouse or the arrow keys, and forms open where they belong.
// Without this file each link leads to a page of its own, and “Change” has a form that moves the row anywhere.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (name, does) => document.addEventListener(name, does);
  const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const say = (value) => send("announce", { value });
  const failed = () => send("htmx:sendError", { xhr: null, requestConfig: { verb: "post" } });
  const read = (text) => new DOMParser().parseFromString(text, "text/html");
  const kindOf = (row) => row.id.split("-")[0];
  const groupsOf = (row) => [...document.querySelectorAll(`ol[data-kind="${kindOf(row)}"]`)];
  const gripOf = (row) => $(".grip", row);
  let held = null; // { row, group, next }: what is being moved and where it came from

  const take = (row) => {
    if (held?.row === row) return;
    putBack();
    held = { row, group: row.parentElement, next: row.nextElementSibling };
    row.classList.add("moving");
  };
  const release = () => { held?.row.classList.remove("moving"); held = null; };
  const hasMoved = () => held.group !== held.row.parentElement || held.next !== held.row.nextElementSibling;
  function putBack(words) {
    if (!held) return;
    const { row, group, next } = held;
    held = null; // moving a node blurs it, which must not come here again
    row.classList.remove("moving");
    group.insertBefore(row, next);
    if (words) { gripOf(row).focus(); say(words); }
  }

  const save = async () => {
    const { row } = held;
    if (!hasMoved()) { release(); return; }
    const before = row.previousElementSibling;
    const body = new FormData();
    body.set("place", row.parentElement.dataset.group + (before ? `:${before.id.split("-")[1]}` : ""));
    body.set("version", row.dataset.v);
    body.set("csrfmiddlewaretoken", $('[name="csrfmiddlewaretoken"]').value);
    const address = `${$("#tree").dataset.base}${row.id.replace("-", "/")}/move/`;
    try {
      const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
      const page = read(await answer.text());
      const part = answer.redirected ? "#tree" : [409, 422].includes(answer.status) ? "#main" : "";
      if (!part || !$(part, page)) throw new Error("no such page");
      release();
      $(part).replaceWith($(part, page));
      if (part === "#main") { $("[autofocus], .error-summary")?.focus(); return; }
      $("#messages").replaceWith($("#messages", page));
      gripOf(document.getElementById(row.id)).focus();
    } catch {
      putBack("It is back where it was.");
      failed();
    }
  };

  // Keys: each moves the row on the page at once; Enter sends it.
  const step = (row, key) => {
    const groups = groupsOf(row);
    const group = row.parentElement;
    const at = groups.indexOf(group);
    if (key === "ArrowUp" && row.previousElementSibling) row.previousElementSibling.before(row);
    else if (key === "ArrowDown" && row.nextElementSibling) row.nextElementSibling.after(row);
    else if (key === "Home") group.prepend(row);
    else if (key === "End") group.append(row);
    else if (["ArrowDown", "PageDown"].includes(key)) groups[at + 1]?.prepend(row);
    else groups[at - 1]?.append(row);
  };
  const KEYS = ["ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
  let isStepping = false;
  on("keydown", (event) => {
    const grip = event.target.closest?.(".grip");
    if (event.key === "Escape" && !grip) closePanel();
    if (!grip || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = grip.closest("li");
    if (KEYS.includes(event.key)) {
      event.preventDefault();
      take(row);
      isStepping = true;
      step(row, event.key);
      grip.focus();
      isStepping = false;
      const group = row.parentElement;
      say(`${[...group.children].indexOf(row) + 1} of ${group.children.length} in ${group.getAttribute("aria-label")}`);
    } else if (event.key === "Enter" && held) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape") putBack("It is back where it was.");
  });
  on("focusout", (event) => {
    if (!isStepping && held && event.target === gripOf(held.row) && event.relatedTarget) putBack();
  });

  // The mouse: the row follows the pointer into any group of its kind.
  on("dragstart", (event) => {
    const row = event.target.closest?.(".grip")?.closest("li");
    if (!row) return;
    take(row);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.id);
    event.dataTransfer.setDragImage($(".tree-row", row), 8, 8);
    setTimeout(() => $("#tree").classList.add("is-dragging"));
  });
  on("dragover", (event) => {
    if (!held) return;
    const over = event.target.closest?.("#tree li, #tree ol");
    if (!over) return;
    event.preventDefault();
    const kind = kindOf(held.row);
    const group = over.closest(`ol[data-kind="${kind}"]`) || $(`ol[data-kind="${kind}"]`, over);
    if (!group || held.row.contains(group)) return;
    const rows = [...group.children].filter((row) => row !== held.row);
    const after = rows.find((row) => {
      const box = row.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    if ((after || null) !== held.row.nextElementSibling || group !== held.row.parentElement) {
      group.insertBefore(held.row, after || null);
    }
  });
  on("drop", (event) => {
    if (!held) return;
    event.preventDefault();
    save();
  });
  on("dragend", (event) => {
    $("#tree")?.classList.remove("is-dragging");
    if (event.dataTransfer.dropEffect === "none") putBack();
  });

  // Forms in place: the page that the link leads to is fetched, and its forms are put under the row.
  let opener = null;
  function closePanel() {
    $(".tree-panel")?.remove();
    opener?.focus();
    opener = null;
  }
  const open = async (link) => {
    const page = await fetch(link.href, { credentials: "same-origin" }).then((answer) => answer.text()).then(read).catch(() => null);
    const forms = page && ($("[data-panel]", page) || $("main form.form", page));
    if (!forms) { location.href = link.href; return; }
    closePanel();
    opener = link;
    const panel = document.createElement("div");
    panel.className = "tree-panel";
    panel.append(forms);
    panel.querySelectorAll("form:not([action])").forEach((form) => form.setAttribute("action", link.href));
    (link.closest(".tree-row") || link.closest(".tree-add")).after(panel);
    const first = $('input:not([type="hidden"]), select, textarea', panel);
    first?.focus();
    first?.select?.();
  };
  on("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("a[data-open]");
    if (link) { event.preventDefault(); open(link); }
    if (event.target.closest(".tree-panel [data-close]")) { event.preventDefault(); closePanel(); }
  });
})();
