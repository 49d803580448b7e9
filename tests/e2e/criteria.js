// What checkers pass over, asked of an open page: each look says what is wrong, one line each. Named by the caller.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true, opacityProperty: true });
  const unseen = (one) => one.closest(".visually-hidden:not(:focus), .sprite, .skip:not(:focus), title, desc, template");
  const seen = (one) => shown(one) && !unseen(one);
  const words = (one) => (one.textContent || "").trim().replace(/\s+/g, " ").slice(0, 50);
  const place = (one) => {
    const names = [];
    for (let at = one; at && names.length < 4; at = at.parentElement) {
      names.unshift([at.tagName.toLowerCase(), ...String(at.getAttribute("class") || "").split(/\s+/).filter(Boolean)].join("."));
    }
    return `“${words(one)}” in ${names.join(" > ")}`;
  };
  const kept = (one, selectors) => selectors.some((selector) => one.matches(selector));
  // A form that gives somebody a role or a name is about another person than the one who types.
  const isOfAnother = (one) => Boolean(one.form?.elements.name || one.form?.elements.role);
  const unfold = () => all("details:not([data-menu])").forEach((one) => { one.open = true; });

  /* colours.js */

  // What is drawn by the same rules inside the same boxes looks the same: over all pages of a tab once is enough.
  const isNew = (one, look) => {
    const chain = [look, one.type || ""];
    for (let at = one; at; at = at.parentElement) chain.push(`${at.tagName}.${at.getAttribute("class") || ""}`);
    const key = chain.join(" ");
    if (sessionStorage.getItem(key)) return false;
    sessionStorage.setItem(key, "1");
    return true;
  };

  const LOOKS = {
    // 1.3.2: of two neighbours in the HTML, the second never stands wholly above the first, nor before it in its line.
    order(allowed) {
      unfold();
      const found = [];
      for (const parent of all("body, body *")) {
        if (parent.closest("svg, select, .sprite") || kept(parent, allowed)) continue;
        let before = null;
        for (const child of parent.children) {
          const style = getComputedStyle(child);
          if (!seen(child) || ["absolute", "fixed"].includes(style.position) || style.display === "contents") continue;
          const rects = [...child.getClientRects()].filter((one) => one.width > 1 && one.height > 1);
          if (!rects.length) continue;
          const box = { top: rects[0].top, left: rects[0].left, end: rects.at(-1) };
          if (before) {
            const above = rects.at(-1).bottom <= before.rects[0].top + 1;
            const inLine = rects[0].top < before.rects.at(-1).bottom - 1 && before.rects.at(-1).top < rects[0].bottom - 1;
            const left = inLine && rects.length === 1 && before.rects.length === 1 && box.end.right <= before.rects[0].left + 1;
            if (above || left) found.push(`${place(child)} stands before ${place(before.child)}`);
          }
          before = { child, rects };
        }
      }
      found.push(...all("[tabindex]").filter((one) => one.tabIndex > 0).map((one) => `tabindex of ${place(one)}`));
      return found;
    },

    // 1.3.4: what can be pressed or typed into, to be compared by the caller between two ways of holding a phone.
    controls() {
      unfold();
      return all("main :is(a[href], button, input:not([type=hidden]), select, textarea)").filter((one) => shown(one) && !one.closest(".every"))
        .map((one) => `${one.tagName} ${one.getAttribute("href") || one.name || ""} ${words(one)}`);
    },
    stuck() {
      return all("body *").filter((one) => shown(one) && ["fixed", "sticky"].includes(getComputedStyle(one).position))
        .filter((one) => one.getBoundingClientRect().height > innerHeight / 2).map(place);
    },

    // 1.4.4: nothing is cut where it does not say so, nothing lies over anything else, nothing scrolls sideways.
    cut(allowed) {
      unfold();
      const found = [];
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("the page scrolls sideways");
      for (const one of all("body *")) {
        if (!seen(one) || !words(one) || one.closest("svg, select, table.bars thead") || kept(one, allowed)) continue;
        const { overflowX, overflowY, clipPath } = getComputedStyle(one);
        if (clipPath !== "none") continue;
        const hides = (value) => ["hidden", "clip"].includes(value);
        if (hides(overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(`cut at its side: ${place(one)}`);
        if (hides(overflowY) && one.scrollHeight > one.clientHeight + 2) found.push(`cut below: ${place(one)}`);
      }
      const texts = [];
      // What is left of a text where the boxes around it hide what stands out of them.
      const frames = new Map([[document.body, [-Infinity, Infinity, -Infinity, Infinity]]]);
      const frameOf = (one) => {
        if (!frames.has(one)) {
          const { overflowX, clipPath } = getComputedStyle(one);
          let [from, to, top, bottom] = frameOf(one.parentElement);
          const frame = overflowX === "visible" ? null : one.getBoundingClientRect();
          if (frame) [from, to, top, bottom] = [Math.max(from, frame.left), Math.min(to, frame.right), Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
          frames.set(one, clipPath === "none" ? [from, to, top, bottom] : [0, 0, 0, 0]);
        }
        return frames.get(one);
      };
      const left = (box, owner) => {
        const frame = frameOf(owner);
        const [from, to, top, bottom] = [Math.max(box.left, frame[0]), Math.min(box.right, frame[1]), Math.max(box.top, frame[2]), Math.min(box.bottom, frame[3])];
        return to - from > 2 && bottom - top > 2 ? { left: from, right: to, top, bottom, height: bottom - top } : null;
      };
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const owner = node.parentElement;
        if (!node.data.trim() || owner.closest("select, option, dialog, [popover]") || !seen(owner)) continue;
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
          const box = rect.width > 2 && rect.height > 2 && left(rect, owner);
          if (box) texts.push({ owner, box });
        }
      }
      texts.sort((a, b) => a.box.top - b.box.top);
      texts.forEach((one, at) => {
        for (const other of texts.slice(at + 1)) {
          if (other.box.top >= one.box.bottom - 1) break;
          if (one.owner === other.owner || one.owner.contains(other.owner) || other.owner.contains(one.owner)) continue;
          if (one.owner.closest(".line, .cut, .clamp, td") && one.owner.closest(".line, .cut, .clamp, td") === other.owner.closest(".line, .cut, .clamp, td")) continue;
          const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          if (wide > 3 && high > Math.min(one.box.height, other.box.height) / 3) found.push(`${place(one.owner)} lies over ${place(other.owner)}`);
        }
      });
      return found;
    },

    // 1.4.11: edges of fields and buttons, icons, and marks of charts against what lies beside them.
    edges(scheme) {
      unfold();
      const found = [];
      const least = (value, what, one) => { if (value < 3) found.push(`${value.toFixed(2)} ${what} ${one.name || ""} ${place(one)}`); };
      const off = (one) => one.disabled || one.getAttribute("aria-disabled") === "true";
      for (const one of all("input:not([type=hidden]), select, textarea")) {
        if (!seen(one) || off(one) || !isNew(one, `edge ${scheme}`) || ["checkbox", "radio", "file", "range"].includes(one.type)) continue;
        const [out, inside, style] = [behind(one.parentElement), behind(one), getComputedStyle(one)];
        const edge = parseFloat(style.borderTopWidth) > 0 ? against(style.borderTopColor, one, out) : 1;
        least(Math.max(edge, ratio(inside, out)), "edge of the field", one);
      }
      for (const one of all("button, a.button")) {
        const style = getComputedStyle(one);
        if (!seen(one) || off(one) || style.textDecorationLine.includes("underline")) continue;
        const out = behind(one.parentElement);
        const edge = parseFloat(style.borderTopWidth) > 0 ? against(style.borderTopColor, one, out) : 1;
        const word = one.textContent.trim() ? against(style.color, one, behind(one)) : 1;
        least(Math.max(edge, ratio(behind(one), out), parseFloat(style.borderTopWidth) > 0 ? 1 : word), "edge of the button", one);
      }
      for (const one of all("svg.icon")) {
        if (seen(one) && !one.closest(":disabled, [aria-disabled=true]")) least(against(getComputedStyle(one).fill, one, behind(one)), "icon", one.parentElement);
      }
      for (const one of all("svg :is(.seg, .step, .agreed, .slip, .edge, .today-line, .dot, .bar), progress, .swatch")) {
        if (!seen(one) || one.tagName === "svg") continue;
        const style = getComputedStyle(one);
        const back = behind(one.closest("svg, progress").parentElement);
        const of = one.tagName === "PROGRESS" ? [style.borderTopColor] : [style.fill, style.stroke].filter((colour) => colour !== "none");
        least(Math.max(...of.map((colour) => against(colour, one, back))), `mark ${one.getAttribute("class") || "progress"}`, one);
      }
      return found;
    },

    // 2.2.2, 2.3.1: nothing moves, blinks or plays.
    moves() {
      const found = document.getAnimations().map((one) => `animation of ${place(one.effect.target)}`);
      found.push(...all("marquee, blink, video, audio, [autoplay], animate, animateTransform, meta[http-equiv=refresh], img[src$='.gif']").map((one) => `moves by itself: ${one.outerHTML.slice(0, 80)}`));
      return found;
    },

    // 2.4.6: headings and labels have words, and no two neighbours the same.
    headings() {
      unfold();
      const found = [];
      const above = [];
      const taken = new Set();
      const name = (one) => (one.getAttribute("aria-label") || one.textContent).trim().replace(/\s+/g, " ");
      for (const one of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
        const level = Number(one.tagName[1]);
        above.length = level - 1;
        const path = [...above, name(one)].join(" › ");
        above[level - 1] = name(one);
        if (!/[\p{L}\p{N}]/u.test(name(one))) found.push(`empty heading ${place(one)}`);
        if (taken.has(path)) found.push(`heading said twice: ${path}`);
        taken.add(path);
      }
      for (const form of document.forms) {
        const labels = new Map();
        for (const field of form.elements) {
          if (!["INPUT", "SELECT", "TEXTAREA"].includes(field.tagName) || field.type === "hidden" || !seen(field)) continue;
          const label = field.getAttribute("aria-label") || (field.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join(" ").trim() || [...(field.labels || [])].map((each) => each.textContent).join(" ");
          const group = field.closest("fieldset")?.querySelector("legend")?.textContent || "";
          const row = field.closest("tr, li")?.querySelector("th, h2, h3, h4")?.textContent || "";
          if (!/\p{L}/u.test(label)) found.push(`no label: ${field.name}`);
          const whole = [row, group, label].map((each) => each.trim().replace(/\s+/g, " ")).join(" › ");
          if (labels.has(whole)) found.push(`label said twice in a form: ${whole} (${field.name} ${labels.get(whole)})`);
          labels.set(whole, field.name);
        }
      }
      return found;
    },

    // 1.4.11, 2.4.7: whatever takes the focus has an outline that stands out from what lies beside it.
    focus([allowed, scheme]) {
      unfold();
      const found = [];
      for (const one of all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
        if (!shown(one) || one.disabled || kept(one, allowed) || !isNew(one, `focus ${scheme}`)) continue;
        one.focus({ preventScroll: true, focusVisible: true });
        if (document.activeElement !== one) { found.push(`does not take the focus: ${place(one)}`); continue; }
        const style = getComputedStyle(one);
        if (!one.matches(":focus-visible") || style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) found.push(`no outline: ${place(one)}`);
        else if (scheme !== "forced") {
          const stands = against(style.outlineColor, one.parentElement, behind(one.parentElement));
          if (stands < 3) found.push(`${stands.toFixed(2)} outline of ${place(one)}`);
        }
      }
      document.activeElement.blur?.();
      return found;
    },

    // 1.4.1: a status is a word and a shape beside its colour; a link in a sentence is underlined.
    colour() {
      unfold();
      const found = [];
      const shapes = {};
      const status = (one) => [...one.classList].find((name) => name.startsWith("st-"));
      for (const one of all(".status")) {
        const shape = one.querySelector("use")?.getAttribute("href");
        if (!seen(one)) continue;
        if (!words(one) || !shape) found.push(`a status without a word or a shape: ${place(one)}`);
        (shapes[status(one)] ||= new Set()).add(shape);
      }
      const taken = Object.values(shapes).flatMap((some) => [...some]);
      if (new Set(taken).size !== taken.length) found.push(`two statuses have one shape: ${taken}`);
      for (const one of all(".late, .soon, .field-error, .alert, [aria-invalid=true]").filter(seen)) {
        const said = one.closest("td[data-label]")?.dataset.label || one.textContent;
        if (one.matches("[aria-invalid=true]") ? !one.getAttribute("aria-describedby") : !/\p{L}/u.test(said)) found.push(`colour without words: ${place(one)}`);
      }
      for (const one of all(".counts a, .legend li")) {
        if (seen(one) && status(one.querySelector("[class*=st-]") || one) && !one.querySelector("use, .pattern, rect")) found.push(`colour without a shape: ${place(one)}`);
      }
      for (const one of all("p a, dd a, li a, td a").filter(seen)) {
        const beside = [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && /\p{L}{2}/u.test(node.data));
        if (beside && getComputedStyle(one).display.startsWith("inline") && !getComputedStyle(one).textDecorationLine.includes("underline") && !one.closest("header, nav")) found.push(`a link in a sentence that colour alone tells: ${place(one)}`);
      }
      return found;
    },

    // 1.3.3: nothing that can be read is named by its place, its shape or its colour alone.
    senses() {
      unfold();
      const named = /.{0,40}\b(?:(?:on|to|at) the (?:right|left|top|bottom)\b|(?:right|left)-hand|(?:green|red|blue|yellow|gr[ea]y|orange|round|square|big|large|small) (?:button|link|icon|box|field|dot|mark|triangle|circle|line)s?\b|(?:button|link|icon|box) (?:above|below|beside|underneath)\b).{0,40}/giu;
      const said = [document.body.innerText, ...all("[aria-label], [title], [placeholder], [alt]").flatMap((one) => ["aria-label", "title", "placeholder", "alt"].map((name) => one.getAttribute(name) || ""))];
      return said.flatMap((text) => text.match(named) || []);
    },

    // 1.3.5: fields about the person who types say so to the browser.
    purposes() {
      return all("input:not([type=hidden])").filter((one) => seen(one) && /^(username|email|phone|.*password.*|otp|code)$/.test(one.name)
        && !isOfAnother(one) && !one.autocomplete).map((one) => `no purpose: ${one.name} ${place(one)}`);
    },

    // 2.5.3: what is read aloud holds the words that are shown.
    named() {
      const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
      return all("a[aria-label], button[aria-label], summary[aria-label], input[aria-label]").filter((one) => seen(one) && /\p{L}/u.test(one.innerText || one.value || ""))
        .filter((one) => !plain(one.getAttribute("aria-label")).includes(plain(one.innerText || (["submit", "button"].includes(one.type) ? one.value : ""))))
        .map((one) => `read as “${one.getAttribute("aria-label")}”: ${place(one)}`);
    },

    // 3.2.3, for the caller: what the header offers, in its order; the menu of plans names those that are not on the page.
    header() { return all("header.site-header :is(nav, .user-panel) :is(a, button)").filter((one) => !one.closest(".plan-menu")).map(words); },

    // 3.3.8: the browser knows what a password or code is, and whatever is pasted arrives.
    pastes() {
      const found = [];
      for (const one of all("input:not([type=hidden]), textarea")) {
        const paste = new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: new DataTransfer() });
        if (!one.dispatchEvent(paste)) found.push(`paste is refused: ${one.name} ${place(one)}`);
        if (one.type === "password" && !/password|one-time-code/.test(one.autocomplete)) found.push(`no purpose: ${one.name}`);
        if (one.autocomplete === "off" && !isOfAnother(one) && /password|code|email|username|otp/.test(one.name)) found.push(`not filled in by the browser: ${one.name}`);
      }
      return found;
    },

    // 2.2.2 and 3.2.1: from here on it is written down what changes and where the focus goes; `watched` says it.
    watch() {
      window.watch = { changes: [], focused: [] };
      const quiet = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-idle], dialog, [role=alertdialog]");
      const same = (one) => one.type === "attributes" && one.oldValue === one.target.getAttribute(one.attributeName);
      const note = (records) => records.forEach((one) => { if (!quiet(one.target) && !same(one)) window.watch.changes.push(`${one.type} ${one.attributeName || ""} in ${place(one.target.nodeType === 1 ? one.target : one.target.parentElement)}`); });
      window.watch.observer = new MutationObserver(note);
      window.watch.observer.observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true });
      document.addEventListener("focusin", (event) => window.watch.focused.push(place(event.target)));
      return location.href;
    },
    watched() {
      window.watch.observer.disconnect();
      return [window.watch.changes, window.watch.focused.length, location.href, document.activeElement === document.body];
    },
    stops() { return all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']").filter((one) => shown(one) && !one.disabled && one.tabIndex >= 0).length; },
  };
  window.criteria = (name, argument) => LOOKS[name](argument);
})();
