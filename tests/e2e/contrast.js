// Contrast of every text that can be seen.
() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  /* colours.js */
  const found = [];
  const measure = (element, words, colour) => {
    found.push([against(colour, element, behind(element)), words.trim().slice(0, 60), element.closest("[class]")?.getAttribute("class") || element.tagName]);
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element) || element.closest(":disabled, option, .visually-hidden, title, desc")) continue;
    const style = getComputedStyle(element);
    measure(element, node.data, element instanceof SVGElement ? style.fill : style.color);
  }
  document.querySelectorAll("input, select, textarea").forEach((field) => {
    if (!shown(field) || field.disabled || ["hidden", "checkbox", "radio"].includes(field.type)) return;
    const hint = field.placeholder && !field.value;
    measure(field, hint ? field.placeholder : field.name, getComputedStyle(field, hint ? "::placeholder" : null).color);
  });
  return found;
}
