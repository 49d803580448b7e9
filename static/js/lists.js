// The list of initiatives: keys that lead from row to row, and filters that say how many rows each choice would leave.
(() => {
  "use strict";
  const KEYS_OFF = "row-keys-off";
  const stored = {
    get: () => { try { return localStorage.getItem(KEYS_OFF); } catch { return null; } },
    set: (off) => { try { if (off) localStorage.setItem(KEYS_OFF, "1"); else localStorage.removeItem(KEYS_OFF); } catch { /* for this page only */ } },
  };
  const say = (value) => document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
  const section = () => document.querySelector("#initiatives");
  const rows = () => [...(section()?.querySelectorAll("tbody th[role=rowheader] a") || [])]
    .filter((one) => one.getClientRects().length);  // not what a phone has folded

  // j and k are for whoever wants them: speech that types letters would set them off, so they can be turned off (WCAG
  // 2.1.4). Arrows lead on where a row has the focus already, as in any list.
  const button = document.querySelector("[data-keys-switch]");
  const showSwitch = () => { if (button) button.textContent = stored.get() ? "Use j and k again" : "Do not use j and k"; };
  button?.addEventListener("click", () => {
    stored.set(!stored.get());
    showSwitch();
    say(stored.get() ? "The keys j and k do nothing now." : "The keys j and k lead from row to row.");
  });
  showSwitch();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest('input, textarea, select, [contenteditable="true"]')) return;
    const found = rows();
    const at = found.indexOf(document.activeElement);
    const step = { j: 1, k: -1 }[stored.get() ? "" : event.key] || (at >= 0 && { ArrowDown: 1, ArrowUp: -1 }[event.key]);
    if (!step || !found.length) return;
    event.preventDefault();
    const next = found[Math.min(Math.max(at + step, 0), found.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });

  // The filters stay on the page while the list below them is exchanged.
  const recount = () => {
    const counts = JSON.parse(section()?.dataset.counts || "null");
    if (!counts) return;
    Object.entries(counts).forEach(([name, left]) => {
      const field = document.querySelector(`.filters [name="${name}"]`);
      if (field?.type === "checkbox") {
        const label = field.labels[0];
        label.textContent = label.textContent.replace(/( \(\d+\))?\s*$/, ` (${left.on || 0})`);
      } else if (field?.options) {
        [...field.options].filter((option) => option.value).forEach((option) => {
          option.text = `${"counted" in field.dataset ? option.text.replace(/ \(\d+\)$/, "") : option.text} (${left[option.value] || 0})`;
        });
        field.dataset.counted = "1";
        field.dispatchEvent(new Event("recount"));
      }
    });
  };
  document.addEventListener("htmx:afterSettle", recount);
})();
