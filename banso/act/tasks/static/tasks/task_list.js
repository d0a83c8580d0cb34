// Keys of the task list: j and k move, x ticks off, e opens, n adds.
"use strict";

(() => {
  const lines = () => [...document.querySelectorAll("[data-task]")];
  const place = (line) => line.querySelector("button, a");

  function here() {
    return document.activeElement.closest("[data-task]");
  }

  function move(by) {
    const all = lines();
    const next = all[here() ? all.indexOf(here()) + by : 0];
    if (next && place(next)) place(next).focus();
  }

  function press(selector) {
    const button = (here() || document).querySelector(selector);
    if (button) button.click();
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: () => here() && press("[data-complete]"),
    e: () => here() && press("[data-edit]"),
    n: () => {
      const add = document.querySelector("[data-new]");
      if (add) add.click();
    },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (typing || held || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  // A line that was swapped takes the focus with it, so that the keys go on from there.
  let focused = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    focused = event.target.matches("[data-task]") && here() === event.target ? event.target.id : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const line = focused && document.getElementById(focused);
    if (line && place(line)) place(line).focus();
    focused = null;
  });
})();
