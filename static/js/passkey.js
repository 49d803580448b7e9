// Passkeys: the browser asks the device, and the form that holds the button carries the answer. A form without this
// file stays hidden, for no browser makes a passkey without JavaScript.
(() => {
  "use strict";
  const sayIn = (form, text) => {
    const place = form.querySelector("[data-passkey-said]");
    if (place) place.textContent = text;
  };
  const question = async (form) => {
    if (form.dataset.question) return JSON.parse(form.dataset.question);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail);
    return told;
  };
  const ask = async (form, button) => {
    sayIn(form, "");
    button.disabled = true;
    try {
      const asked = await question(form);
      const kind = form.dataset.passkey;
      form.elements.credential.value = JSON.stringify(await window.webauthnJSON[kind](asked));
      form.requestSubmit();
    } catch (error) {
      const left = error.name === "NotAllowedError" || error.name === "AbortError";
      sayIn(form, left ? "No passkey was used. Try again, or choose another way."
        : error.name === "InvalidStateError" ? "This device has a passkey for your account already."
          : error.message || "The passkey did not work. Try again, or choose another way.");
      button.disabled = false;
    }
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !window.webauthnJSON) continue;
    for (const box of [form, form.closest("[data-passkey-box]")]) if (box) box.hidden = false;
    const button = form.querySelector("button[data-passkey-ask]");
    button.addEventListener("click", () => { if (form.reportValidity()) ask(form, button); });
  }
})();
