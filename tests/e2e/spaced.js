// Whether the page scrolls sideways with letters, words and lines as far apart as WCAG 1.4.12 names.
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
  document.adoptedStyleSheets = [];
  return wide;
}
