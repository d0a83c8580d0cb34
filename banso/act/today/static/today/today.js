// The dialogs of Today: one for all signals. The button that opens a dialog gives it the signal's address;
// the answer brings the customer's card anew.
"use strict";

(() => {
  let card = null;

  document.addEventListener("show.bs.modal", (event) => {
    const button = event.relatedTarget;
    const form = event.target.querySelector("[data-answer]");
    if (!button || !form) return;
    const line = button.closest("[data-line]");
    card = button.closest("section");
    form.reset();
    form.action = button.dataset.url;
    form.querySelector("[data-reason]").textContent = line.querySelector("[data-says]").textContent;
  });

  document.addEventListener("shown.bs.modal", (event) => {
    const first = event.target.querySelector("input[required], .modal-body button");
    if (first) first.focus();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-answer]");
    if (!form || !card) return;
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form, event.submitter));
    htmx.ajax("POST", form.action, { target: `#${card.id}`, swap: "outerHTML", values });
    form.querySelector("[data-bs-dismiss]").click();
  });

  // The new card takes the focus, so that keys and screen readers go on from there.
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.elt.closest("section.need");
    const name = place && place.querySelector("h2 a");
    if (name) name.focus({ preventScroll: true });
  });
})();
