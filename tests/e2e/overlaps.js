// What words lie on or under others, and what words leave the screen: pairs of texts, each by its first letters.
() => {
  const found = [], boxes = [], range = document.createRange();
  const words = (node) => node.data.trim().slice(0, 40);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, style, template, option, svg")) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const seen = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
    let isHidden = false, isScrolled = false;
    for (let one = parent; one !== document.documentElement; one = one.parentElement) {
      const style = getComputedStyle(one);
      isHidden ||= style.clipPath !== "none";
      if (style.overflowX === "visible" || style.display.startsWith("inline ") || one === document.body) continue;
      isScrolled ||= style.overflowX === "auto";
      const edge = one.getBoundingClientRect();
      seen.left = Math.max(seen.left, edge.left);
      seen.top = Math.max(seen.top, edge.top);
      seen.right = Math.min(seen.right, edge.right);
      seen.bottom = Math.min(seen.bottom, edge.bottom);
    }
    if (isHidden) continue;
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      const air = line.height * 0.16; // letters are lower than their line: lines that stand close do not overlap
      const box = {
        node,
        left: Math.max(line.left, seen.left), right: Math.min(line.right, seen.right),
        top: Math.max(line.top + air, seen.top), bottom: Math.min(line.bottom - air, seen.bottom),
      };
      if (box.right - box.left < 2 || box.bottom - box.top < 2) continue;
      boxes.push(box);
      if (!isScrolled && (box.right > innerWidth + 1 || box.left < -1)) found.push([words(node), "beyond the screen"]);
      const over = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      if (over && !over.contains(parent) && !parent.contains(over) && !/, 0\)$|transparent/.test(getComputedStyle(over).backgroundColor))
        found.push([words(node), `under ${over.outerHTML.slice(0, 80)}`]);
    }
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next].top < one.bottom - 2; next += 1) {
      const other = boxes[next];
      if (other.node !== one.node && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2
        && Math.min(one.bottom, other.bottom) - other.top > 2) found.push([words(one.node), words(other.node)]);
    }
  });
  return found;
}
