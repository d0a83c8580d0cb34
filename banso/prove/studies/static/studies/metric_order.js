// Moves the card of a metric to the step chosen in it, and lets cards be dragged from step to step.
// Without this script the choices in the cards do the same; nothing is kept before the form is sent.
"use strict";

(() => {
  const board = document.querySelector(".order-board");
  if (!board) return;
  let held = null;

  function place(card, step) {
    const column = board.querySelector(`[data-step="${step}"] .order-cards`);
    const choice = card.querySelector("select");
    if (!column || !choice) return;
    choice.value = step;
    column.append(card);
  }

  for (const card of board.querySelectorAll(".order-card")) {
    const choice = card.querySelector("select");
    if (!choice) continue;
    card.draggable = true;
    choice.addEventListener("change", () => {
      place(card, choice.value);
      choice.focus();
    });
    card.addEventListener("dragstart", (event) => {
      held = card;
      event.dataTransfer.setData("text/plain", choice.name);
    });
    card.addEventListener("dragend", () => {
      held = null;
    });
  }

  for (const column of board.querySelectorAll(".order-column")) {
    column.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      column.classList.add("over");
    });
    column.addEventListener("dragleave", () => column.classList.remove("over"));
    column.addEventListener("drop", (event) => {
      event.preventDefault();
      column.classList.remove("over");
      if (held) place(held, column.dataset.step);
    });
  }
})();
