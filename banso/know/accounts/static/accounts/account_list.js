// The customer list: choose rows, pick what to change, order columns, keep addresses short.
"use strict";

(() => {
  const bar = document.getElementById("bulk");
  const all = document.getElementById("choose-page");
  const rows = () => [...document.querySelectorAll("input[name=ids]")];

  function showChosen() {
    const chosen = rows().filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    document.getElementById("chosen-count").textContent = chosen;
    all.checked = chosen > 0 && chosen === rows().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }

  function showValueInput() {
    const field = document.getElementById("bulk-field").value;
    for (const input of bar.querySelectorAll("[data-bulk]")) {
      input.hidden = input.disabled = input.dataset.bulk !== field;
    }
  }

  if (bar) {
    all.addEventListener("change", () => {
      for (const box of rows()) box.checked = all.checked;
      showChosen();
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === "ids") showChosen();
      if (event.target.id === "bulk-field") showValueInput();
    });
    showChosen();
    showValueInput();
  }

  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove-row]");
    if (remove) remove.closest("[data-filter-row]").remove();
    const move = event.target.closest("[data-move]");
    if (!move) return;
    const item = move.closest("[data-column]");
    if (move.dataset.move === "up") item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    move.focus();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-add-filter]")) event.target.value = "";
  });

  // A filter without value, and the helper select, do not belong into the address.
  document.getElementById("filter-form").addEventListener("submit", (event) => {
    for (const input of event.target.querySelectorAll("input[name], select[name]")) {
      if (input.value === "" || input.name === "add") input.disabled = true;
    }
  });
  window.addEventListener("pageshow", () => {
    for (const input of document.querySelectorAll("#filter-form :disabled")) input.disabled = false;
  });
})();
