// Every page works without this file; it makes pages quicker and kinder.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = document.addEventListener.bind(document);
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/) || [])[1] || "";
  const clock = () => new Date().toTimeString().slice(0, 5);

  const say = (text) => {
    const region = $("#announcement");
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  };
  const fail = (text) => {
    const alert = $("#failure-template").content.cloneNode(true);
    $("[data-text]", alert).textContent = text;
    $("#failure").replaceChildren(alert);
  };
  const REASONS = {
    0: "The server did not answer. Check your connection and try again.",
    401: "You are signed out. Sign in again in another tab, then try again.",
    403: "You may not do this, or your sign-in changed in another tab. Try once more.",
    404: "This is no longer here. Reload the page.",
    409: "Somebody else changed this in the meantime. Reload the page and look again.",
    413: "This is too large to send. Make it shorter.",
    429: "That was too many tries. Wait a minute and try again.",
  };

  // A press is answered with the next frame; what draws the whole page anew comes after it.
  const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work));

  // Theme: follows the system until someone chooses.
  const showTheme = (name) => {
    all("[data-set-theme]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.setTheme === name)));
  };
  const setTheme = (name) => {
    showTheme(name);
    afterPaint(() => { document.documentElement.dataset.theme = name; });
    try { localStorage.setItem("theme", name); } catch { /* kept for this page only */ }
  };

  // Focus moves to what asks for it, to the first error, or to the new heading where it got lost.
  const refocus = (root) => {
    let target = $("[autofocus]", root) || $('[aria-invalid="true"]', root);
    if (!target && document.activeElement === document.body) {
      target = $("h1, h2, h3, h4", root) || root;
      target.tabIndex = -1;
    }
    target?.focus();
  };

  // What is typed into form[data-draft-url] is kept on the server, which says what other tabs keep beside it.
  const timers = new WeakMap();
  const shown = new WeakMap();
  const showDrafts = async (form, answer) => {
    form.elements.draft.value = answer.headers.get("X-Draft") || "";
    const others = $("[data-other-drafts]", form.parentElement);
    const html = (await answer.text()).trim();
    if (html === (shown.get(others) ?? others.innerHTML.trim())) return;
    others.innerHTML = html;
    shown.set(others, html);
  };
  const saveDraft = async (form, last = false) => {
    clearTimeout(timers.get(form));
    timers.delete(form);
    const body = new FormData(form);
    body.set("csrfmiddlewaretoken", token());
    let saved = false;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST", body, credentials: "same-origin", redirect: "manual", keepalive: last,
        headers: { "X-CSRFToken": token() },
      });
      saved = answer.ok;
      if (saved) await showDrafts(form, answer);
    } catch { /* said below */ }
    const state = $("[data-draft-state]", form);
    if (state) state.textContent = saved ? `Draft saved ${clock()}` : "Draft not saved. What you typed is still here.";
  };
  const typed = (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draftUrl || form.dataset.sent) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => saveDraft(form), 1500));
  };

  // Enter in a field of a filter changes the field and sends its form: the second is enough.
  let entered = null;
  const enters = (event) => {
    const isSent = event.key === "Enter" && !event.defaultPrevented && event.target.matches?.('form[hx-trigger~="change"] input');
    entered = isSent ? event.target : null;
  };
  const entersOnce = (event) => { if (event.target === entered) event.stopPropagation(); };

  // One press, one submission: manners only, the server holds the truth.
  const lock = (form, sent) => {
    if (sent) form.dataset.sent = "1"; else delete form.dataset.sent;
    all('button:not([type="button"])', form).forEach((b) => {
      if (sent) b.setAttribute("aria-disabled", "true"); else b.removeAttribute("aria-disabled");
    });
  };
  const submitted = (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // A sign-in in another tab changes the token; the cookie always has today's.
    const field = form.elements.csrfmiddlewaretoken;
    if (field && token()) field.value = token();
    if (form.method === "post" && !navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      fail("You are offline. Nothing was sent. What you typed is still here.");
      return;
    }
    clearTimeout(timers.get(form));
    timers.delete(form);
    if (form.dataset.once !== undefined) lock(form, true);
    keepUnanswered(form);
  };

  // A form that was sent and never answered (the connection broke, the server was away) leaves the browser's own error
  // page, and going back finds it empty. Its words are kept in this tab until an answer is there, and given back with
  // their one-time key: sent again they count once.
  const UNANSWERED = "unanswered";
  const tab = {
    get: () => { try { return JSON.parse(sessionStorage.getItem(UNANSWERED)); } catch { return null; } },
    set: (value) => { try { sessionStorage.setItem(UNANSWERED, JSON.stringify(value)); } catch { /* nothing is kept */ } },
    clear: () => { try { sessionStorage.removeItem(UNANSWERED); } catch { /* nothing was kept */ } },
  };
  const keepUnanswered = (form) => {
    tab.clear();
    if (!form.elements.typed_by || form.hasAttribute("hx-post") || form.querySelector('input[type="password"]')) return;
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
    tab.set({ page: location.pathname, action: form.action, fields });
  };
  const giveBack = () => {
    const kept = tab.get();
    if (!kept) return;
    const [visit] = performance.getEntriesByType("navigation");
    const form = [...document.forms].find((one) => one.action === kept.action && one.elements.typed_by);
    const key = kept.fields.find(([name]) => name === "idempotency_key")?.[1];
    // A redirect came back, or the same form with its words: that was the answer.
    if (visit?.redirectCount || form?.elements.idempotency_key?.value === key) { tab.clear(); return; }
    if (kept.page !== location.pathname || !form) return;
    tab.clear();
    [...form.elements].forEach((field) => {
      const values = kept.fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (field.multiple) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
      else if (values.length && field.type !== "file") [field.value] = values;
    });
    fail("The server did not answer when you sent this form. What you typed is in it again. Send it once more: it is never saved twice.");
  };

  // A short name follows the title until somebody types one.
  const shortened = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 55);
  on("input", ({ target }) => {
    const follower = [...(target.form?.elements || [])].find((field) => field.dataset.slugOf === target.name);
    if (!follower || (follower.value && follower.value !== follower.dataset.made)) return;
    follower.value = shortened(target.value);
    follower.dataset.made = follower.value;
  });

  on("submit", submitted, true);
  on("input", typed);
  on("change", typed);
  on("visibilitychange", () => {
    if (document.hidden) all("form[data-draft-url]").forEach((form) => { if (timers.has(form)) saveDraft(form, true); });
  });
  // A page shown again from the browser's cache begins new requests: the server has seen its keys.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    tab.clear();
    all("form[data-sent]").forEach((form) => lock(form, false));
    all('form input[name="typed_by"]').forEach(({ form: { elements: { idempotency_key: key } } }) => {
      if (key) key.value = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
    });
  });

  const leaveMenus = ({ target }) => all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
  on("click", (event) => {
    const at = (name) => event.target.closest(`[data-${name}]`);
    if (at("set-theme")) setTheme(at("set-theme").dataset.setTheme);
    if (at("print")) window.print();
    if (at("dismiss")) $("#failure").replaceChildren();
    leaveMenus(event);
  });
  on("focusin", leaveMenus); // Tab past its end: left open, it would lie over what has the focus next
  on("keydown", (event) => {
    const menu = event.key === "Escape" && $("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });

  // htmx
  on("keydown", enters);
  on("keyup", () => { entered = null; });
  on("change", entersOnce, true);
  on("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
  });
  on("htmx:afterSettle", (event) => {
    if (!event.target.closest("[data-quiet]")) refocus(event.target);
    const spoken = event.target.closest("[data-announce]") || $("[data-announce]", event.target);
    if (spoken) say(spoken.dataset.announce);
  });
  on("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form?.dataset.sent) lock(form, false);
    if (event.detail.successful) $("#failure").replaceChildren();
  });
  const failed = ({ detail: { xhr, requestConfig } }) => {
    const reason = REASONS[xhr ? xhr.status : 0] || "Something went wrong on our side. Try again soon.";
    const isAnswered = xhr && xhr.status >= 400 && xhr.status < 500;
    const saved = isAnswered ? "Nothing was saved." : "It may have been saved or not; sent again it is never saved twice.";
    fail(reason + (requestConfig?.verb !== "get" ? ` ${saved} What you typed is still here.` : ""));
  };
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => on(name, failed));
  on("announce", (event) => say(event.detail.value));

  // Folded parts of a report: all at once, for whoever wants to read or print the whole. A browser that does not open
  // what a link points into, or what is printed, is helped.
  const folds = () => [...all("details.fold")];
  on("click", (event) => {
    const button = event.target.closest("[data-fold]");
    if (!button) return;
    const closed = folds().some((part) => !part.open);
    afterPaint(() => folds().forEach((part) => { part.open = closed; }));
    button.textContent = closed ? "Close all parts" : "Open all parts";
  });
  // A long report's parts come when they are opened; each says how the places inside it are named.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    const holds = (part) => part.dataset.holds?.split(" ").some((beginning) => id.startsWith(beginning));
    const part = target ? target.closest("details.fold") : id && folds().find(holds);
    if (!part || part.open) return;
    part.open = true;
    const show = () => document.getElementById(id)?.scrollIntoView();
    if (target) show(); else part.addEventListener("htmx:afterSettle", show, { once: true });
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", () => folds().forEach((part) => { part.open = true; }));

  giveBack();
  showTheme(document.documentElement.dataset.theme || "auto");
  const summary = $(".error-summary");
  if (summary) summary.focus();
})();
