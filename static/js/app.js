// planapp in the browser. Every page works without this file; it only makes pages quicker and kinder.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";
  const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

  // Announcements go into the one live region; failures into the alert region.
  const say = (text) => {
    const region = $("#announcement");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  };
  const fail = (text) => {
    const box = $("#failure-template");
    if (!box || !$("#failure")) return;
    const alert = box.content.cloneNode(true);
    $("[data-text]", alert).textContent = text;
    $("#failure").replaceChildren(alert);
  };
  const KEPT = " Nothing was saved. What you typed is still here.";
  const REASONS = {
    0: "The server did not answer. Check your connection and try again.",
    401: "You are signed out. Sign in again in another tab, then try again.",
    403: "You may not do this, or you signed in again in another tab. Try once more; if it fails again, reload the page.",
    404: "This is no longer here. Someone may have moved it. Reload the page.",
    413: "This is too large to send. Make it shorter or use a smaller file.",
    429: "That was too many tries. Wait a minute and try again.",
  };

  // Theme: follows the system until someone chooses.
  const showTheme = () => {
    const now = document.documentElement.dataset.theme || "auto";
    document.querySelectorAll("[data-set-theme]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.setTheme === now)));
  };
  const setTheme = (name) => {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    try { name === "auto" ? localStorage.removeItem("theme") : localStorage.setItem("theme", name); } catch { /* kept for this page only */ }
    showTheme();
  };

  // Focus is moved only where it is needed: to what asks for it, to the first error, or where it got lost.
  const refocus = (root) => {
    let target = $("[autofocus]", root) || $('[aria-invalid="true"]', root);
    const lost = !document.activeElement || document.activeElement === document.body;
    if (!target && lost) {
      target = root.matches("h1, h2, h3, h4") ? root : $("h1, h2, h3, h4, [data-focus]", root);
      if (target && !target.matches("a, button, input, select, textarea")) target.tabIndex = -1;
    }
    if (target) target.focus();
  };

  // Drafts: what is typed into form[data-draft-url] is kept on the server as it is typed.
  const timers = new WeakMap();
  const saveDraft = async (form, last = false) => {
    clearTimeout(timers.get(form));
    timers.delete(form);
    const state = $("[data-draft-state]", form);
    const body = new FormData(form);
    body.set("csrfmiddlewaretoken", token());
    let saved = false;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST", body, credentials: "same-origin", redirect: "manual", keepalive: last,
        headers: { "X-CSRFToken": token(), Accept: "application/json" },
      });
      saved = answer.ok;
    } catch { /* said below */ }
    if (state) state.textContent = saved ? `Draft saved ${clock()}` : "The draft could not be saved. What you typed is still here.";
  };
  const typed = (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draftUrl || form.dataset.sent) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => saveDraft(form), 1500));
  };
  const flushDrafts = () => document.querySelectorAll("form[data-draft-url]").forEach((form) => {
    if (timers.has(form) && !form.dataset.sent) saveDraft(form, true);
  });

  // One press, one submission (the server holds the truth; these are manners).
  const lock = (form, on) => {
    if (on) form.dataset.sent = "1"; else delete form.dataset.sent;
    form.querySelectorAll('button:not([type="button"]), input[type="submit"]').forEach((b) => {
      if (on) b.setAttribute("aria-disabled", "true"); else b.removeAttribute("aria-disabled");
    });
  };
  const submitted = (event) => {
    const form = event.target;
    if (form.dataset.once !== undefined && form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // A sign-in in another tab changes the token; the cookie always has today's.
    const field = form.elements.csrfmiddlewaretoken;
    if (field && token()) field.value = token();
    clearTimeout(timers.get(form));
    timers.delete(form);
    if (form.dataset.once !== undefined) lock(form, true);
  };
  const unlockAll = (root) => root.querySelectorAll("form[data-sent]").forEach((form) => lock(form, false));

  document.addEventListener("submit", submitted, true);
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  document.addEventListener("visibilitychange", () => { if (document.hidden) flushDrafts(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) unlockAll(document); });

  document.addEventListener("click", (event) => {
    const on = event.target.closest("[data-set-theme], [data-print], [data-dismiss]");
    if (on && on.dataset.setTheme) setTheme(on.dataset.setTheme);
    else if (on && on.dataset.print !== undefined) window.print();
    else if (on) $("#failure").replaceChildren();
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && $("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });

  // htmx
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    refocus(event.target);
    const spoken = event.target.closest("[data-announce]") || $("[data-announce]", event.target);
    if (spoken) say(spoken.dataset.announce);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form && form.dataset.sent) lock(form, false);
    if (event.detail.successful && $("#failure")) $("#failure").replaceChildren();
  });
  const failed = (event) => {
    const { xhr, requestConfig } = event.detail;
    const status = xhr ? xhr.status : 0;
    const reason = REASONS[status] || "Something went wrong on our side. Try again in a minute.";
    fail(reason + (requestConfig && requestConfig.verb !== "get" ? KEPT : ""));
  };
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, failed));
  document.addEventListener("announce", (event) => say(event.detail.value));

  showTheme();
  const summary = $(".error-summary");
  if (summary) summary.focus();
})();
