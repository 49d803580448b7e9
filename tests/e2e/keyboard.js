// A walk with Tab, written down while somebody else presses: `keyboard("start")`, Tab as often as it says, then
// `keyboard("faults")`. And what the live regions say: `keyboard("listen")`, then `keyboard("heard")`.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const words = (one) => `${one.tagName.toLowerCase()} “${(one.getAttribute("aria-label") || one.textContent || one.name || "").trim().replace(/\s+/g, " ").slice(0, 50)}” ${one.getAttribute("class") || ""}`;
  const stop = (one) => shown(one) && !one.disabled && one.tabIndex >= 0;
  const CLICKABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [onclick], [tabindex='0']";

  // A group of radio buttons is one stop: its chosen one, or its first.
  const once = (one) => {
    if (one.type !== "radio") return true;
    const group = all("input[type=radio]", one.form || document).filter((other) => other.name === one.name && !other.disabled);
    return one === (group.find((other) => other.checked) || group[0]);
  };
  const look = (one) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
    return [outlineStyle, outlineWidth, outlineColor].join(" ");
  };
  // Cut off by a box that hides what stands out of it: on two sides or more nobody sees the outline.
  const cutOff = (one) => {
    const style = getComputedStyle(one);
    const out = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth) / 2;
    const { left, top, right, bottom } = one.getBoundingClientRect();
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (at instanceof SVGElement || (overflowX === "visible" && overflowY === "visible")) continue;
      const box = at.getBoundingClientRect();
      const sides = [left - out < box.left - 1, right + out > box.right + 1, top - out < box.top - 1, bottom + out > box.bottom + 1];
      if (sides.filter(Boolean).length > 2) return true;
    }
    return false;
  };
  const hidden = (one) => {
    const boxes = [...one.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (!boxes.length) return !one.closest("svg");
    return !boxes.some((box) => [0.5, 0.1, 0.9].some((part) => {
      const [x, y] = [box.left + box.width * part, box.top + box.height / 2];
      const above = document.elementFromPoint(x, y);
      return above && (one.contains(above) || above.contains(one) || [...(one.labels || [])].some((label) => label.contains(above)));
    }));
  };

  let before, wanted, passed, faults;
  const judge = () => {
    const one = document.activeElement;
    if (!one || one === document.body || passed.includes(one)) return;
    const last = passed.at(-1);
    passed.push(one);
    if (last && !(last.compareDocumentPosition(one) & 4) && last.type !== "radio") faults.push(`out of order: ${words(one)} after ${words(last)}`);
    const style = getComputedStyle(one);
    const isMarked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && look(one) !== before.get(one);
    if (!isMarked) faults.push(`focus is not seen: ${words(one)}`);
    else if (cutOff(one)) faults.push(`outline is cut off: ${words(one)}`);
    if (hidden(one)) faults.push(`focus is hidden by something else: ${words(one)}`);
  };
  const LOOKS = {
    start() {
      all("details:not([data-menu])").forEach((one) => { one.open = true; });
      document.activeElement?.blur?.();
      getSelection().removeAllRanges();
      wanted = all(CLICKABLE).filter((one) => stop(one) && once(one));
      const unreachable = all("a, button, input:not([type=hidden]), select, textarea, summary, [role=button], [onclick], [hx-get], [hx-post]")
        .filter((one) => shown(one) && !one.disabled && one.tabIndex < 0 && !one.matches("[hx-trigger^=toggle], form, #progress, label"));
      // Where every kind of stop was walked over on an earlier page of this tab, there is nothing new to find.
      const chain = (one) => { const names = []; for (let at = one; at; at = at.parentElement) names.push(`${at.tagName}.${at.getAttribute("class") || ""}`); return names.join(" "); };
      const kinds = [...new Set(wanted.map(chain))].filter((kind) => !sessionStorage.getItem(kind));
      kinds.forEach((kind) => sessionStorage.setItem(kind, "1"));
      before = new Map(wanted.map((one) => [one, look(one)]));
      passed = [];
      faults = unreachable.map((one) => `Tab cannot reach: ${words(one)}`);
      faults.push(...all("body *").filter((one) => !(one instanceof SVGElement) && shown(one) && getComputedStyle(one).cursor === "pointer"
        && !one.closest(`${CLICKABLE}, label`) && !one.querySelector(CLICKABLE)).map((one) => `looks like something to press: ${words(one)}`));
      document.addEventListener("keydown", judge, true);
      return [wanted.length, kinds.length > 0];
    },
    faults() {
      judge();
      document.removeEventListener("keydown", judge, true);
      const missed = wanted.filter((one) => one.isConnected && shown(one) && !passed.includes(one));
      return [...faults, ...missed.map((one) => `not reached: ${words(one)}`)];
    },
    listen() {
      window.heard = [];
      const texts = new Map();
      const text = (one) => one.textContent.trim().replace(/\s+/g, " ");
      const regions = () => all("[role=status], [role=alert], [aria-live]:not([aria-live=off])");
      regions().forEach((one) => texts.set(one, text(one)));
      const note = () => regions().forEach((one) => {
        const now = text(one);
        if (now && now !== texts.get(one) && texts.has(one)) window.heard.push(now);
        texts.set(one, now);
      });
      window.ear?.disconnect();
      window.ear = new MutationObserver(note);
      window.ear.observe(document.body, { subtree: true, childList: true, characterData: true });
    },
    // What was said since, and what has the focus: nothing where that is the body or no longer in the page.
    heard() {
      const one = document.activeElement;
      const has = one && one !== document.body && one !== document.documentElement && one.isConnected && shown(one);
      return [window.heard, has ? words(one) : ""];
    },
  };
  window.keyboard = (name) => LOOKS[name]();
})();
