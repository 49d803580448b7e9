// Two minutes before a session ends because nothing was done, a dialog says so. Other tabs count: before it speaks, it
// asks the server. Without this file the session ends all the same, and what was typed comes back after signing in.
(() => {
  "use strict";
  const box = document.getElementById("idle");
  if (!box) return;
  const WARN = 120_000;
  const LOOK = 10_000;
  const part = (name) => box.querySelector(`[data-idle-${name}]`);
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/) || [])[1] || "";
  let ends = Date.now() + Number(box.dataset.left) * 1000;
  let hasEnded = false;

  const ask = async (method) => {
    const answer = await fetch(box.dataset.url, {
      method, credentials: "same-origin", redirect: "manual",
      headers: method === "POST" ? { "X-CSRFToken": token(), "X-By-Itself": "0" } : { "X-By-Itself": "1" },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return 0;
    return answer.ok ? (await answer.json()).left : null;
  };
  const show = (text, isOver) => {
    hasEnded = isOver;
    part("title").textContent = isOver ? "You were signed out" : "Are you still there?";
    part("text").textContent = text;
    part("stay").hidden = isOver;
    part("close").hidden = !isOver;
    if (!box.open) box.showModal();
  };
  const look = async () => {
    if (hasEnded || Date.now() < ends - WARN) return;
    let left = null;
    try { left = await ask("GET"); } catch { return; } // no connection: nothing is known
    if (left === null) return;
    ends = Date.now() + left * 1000;
    if (left <= 0) show("Nothing was done for a while. What you typed is still here: send it, sign in, and it stands there again.", true);
    else if (left * 1000 <= WARN) {
      const minutes = Math.max(1, Math.round(left / 60));
      if (!box.open) show(`You are signed out in ${minutes} minute${minutes === 1 ? "" : "s"}, for nothing was done. What you typed is kept.`, false);
    } else if (box.open) box.close();
  };
  part("stay").addEventListener("click", async () => {
    const left = await ask("POST").catch(() => null);
    if (left) { ends = Date.now() + left * 1000; box.close(); } else look();
  });
  part("close").addEventListener("click", () => box.close());
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.target.matches?.("[data-quiet]")) ends = Math.max(ends, Date.now() + Number(box.dataset.idle) * 1000);
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, Math.min(LOOK, Number(box.dataset.left) * 100));
})();
