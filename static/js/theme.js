// Loaded before the page is painted, so that a chosen theme does not flash. Everything else is in app.js.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage is off: the system's theme stands */ }
