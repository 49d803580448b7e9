// Contrast of every text that can be seen. Colours are read back from a canvas: a browser names them in several ways.
() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, below) => top.map((part, at) => (at === 3 ? 1 : part * top[3] + below[at] * (1 - top[3])));
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), rgba(getComputedStyle(document.documentElement).backgroundColor));
  };
  const opacity = (element) => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const found = [];
  const measure = (element, words, colour) => {
    const back = behind(element);
    const ink = [...rgba(colour)];
    ink[3] *= opacity(element);
    found.push([ratio(over(ink, back), back), words.trim().slice(0, 60), element.closest("[class]")?.getAttribute("class") || element.tagName]);
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
