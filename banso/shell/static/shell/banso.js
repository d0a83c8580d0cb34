// What every page does: "/" goes to the search, dropdown forms send themselves, one box ticks all.
"use strict";

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search-key]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-checks]")) {
    const name = event.target.dataset.checks;
    event.target.form.querySelectorAll(`input[type=checkbox][name=${name}]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  }
});

document.addEventListener("submit", (event) => {
  const question = event.submitter && event.submitter.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
