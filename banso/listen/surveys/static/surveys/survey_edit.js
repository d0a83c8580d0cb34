// Asks before what was written and not saved is left, and brings the open question into view.
"use strict";

(() => {
  let unsaved = false;

  const open = () => document.getElementById("open-form");

  document.addEventListener("input", (event) => {
    if (event.target.closest("#open-form")) unsaved = true;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "editor") return;
    unsaved = Boolean(open() && "unsaved" in open().dataset);
    const faults = document.querySelector("#editor [role=alert]");
    if (faults) faults.scrollIntoView({ block: "center" });
  });

  // a form that is sent is saved or comes back as it was
  document.addEventListener("submit", () => { unsaved = false; });

  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (open()) open().scrollIntoView({ block: "nearest" });
  });
})();
