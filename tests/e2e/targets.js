// What can be pressed and is small. Where a press still counts is asked of the page, so a label counts, and an area laid over.
(kept) => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const what = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [role="option"]';
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true, opacityProperty: true });
  const inASentence = (link) => {
    if (link.tagName !== "A" || getComputedStyle(link).display !== "inline") return false;
    const block = link.closest("p, li, dd, dt, td, th, figcaption, blockquote, div, header") || link.parentElement;
    const others = [...block.childNodes].filter((node) => !node.contains(link) && !(node.nodeType === 1 && node.matches("a, .visually-hidden, svg")));
    return others.some((node) => /\p{L}{2}/u.test(node.textContent));
  };
  const owner = (element) => {
    const pressed = element?.closest(`${what}, label`);
    return pressed?.tagName === "LABEL" ? pressed.control : pressed;
  };
  const reach = (target, x, y, dx, dy) => {
    let far = 0;
    while (far < 44 && owner(document.elementFromPoint(x + dx * (far + 1), y + dy * (far + 1))) === target) far += 1;
    return far;
  };
  return [...document.querySelectorAll(what)].flatMap((target) => {
    if (!shown(target) || target.closest(".visually-hidden:not(:focus)") || inASentence(target)) return [];
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const own = target.getBoundingClientRect();
    const said = ["checkbox", "radio"].includes(target.type) ? target.labels[0]?.getBoundingClientRect() : null;
    const box = said ? { width: own.width + said.width, height: Math.max(own.height, said.height) } : own;
    if (box.width < 2 || box.height < 2 || (box.width >= 44 && box.height >= 44)) return [];
    const rects = target.getClientRects();
    const [x, y] = [rects[0].x + rects[0].width / 2, rects[0].y + rects[0].height / 2];
    if (owner(document.elementFromPoint(x, y)) !== target) return [];
    const wide = Math.max(box.width, 1 + reach(target, x, y, 1, 0) + reach(target, x, y, -1, 0));
    const row = getComputedStyle(target, "::after").position === "absolute" ? target.closest("tr").getBoundingClientRect() : null;
    let [run, rows] = [0, 0]; // of a link laid over its whole row: the longest stretch along the row's end
    for (let down = 0; row && down < row.height; down += 1) {
      run = owner(document.elementFromPoint(row.right - 6, row.top + down)) === target ? run + 1 : 0;
      rows = Math.max(rows, run);
    }
    const high = Math.max(rows, box.height, 1 + reach(target, x, y, 0, 1) + reach(target, x, y, 0, -1));
    if (wide >= 43.5 && high >= 43.5) return [];
    const place = [];
    for (let at = target; at && place.length < 4; at = at.parentElement) place.unshift(at.tagName.toLowerCase() + (at.className?.baseVal ?? at.className ? "." + String(at.className).trim().split(/\s+/).join(".") : ""));
    const reason = kept.findIndex((where) => target.matches(where));
    return [[Math.round(wide), Math.round(high), target.textContent.trim().slice(0, 40) || target.name || "", place.join(" > "), reason]];
  });
}
