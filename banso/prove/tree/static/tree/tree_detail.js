// Moves nodes with the mouse (drag one line onto another) and the keyboard (Alt with an arrow), and
// saves the picture as PNG. Without this script the forms of the card do the same.
"use strict";

(() => {
  const steps = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

  function move(node, field, value) {
    const form = document.getElementById("move");
    form.action = form.dataset.action.replace("/0/", `/${node}/`);
    form.elements.under.value = field === "under" ? value : "";
    form.elements.step.value = field === "step" ? value : "";
    sessionStorage.setItem("tree.moved", node);
    form.submit();
  }

  function movable(list) {
    let held = null;
    for (const line of list.querySelectorAll("[data-node]")) {
      line.draggable = true;
      line.addEventListener("dragstart", (event) => {
        held = line.dataset.node;
        event.dataTransfer.setData("text/plain", held);
      });
      line.addEventListener("dragover", (event) => {
        if (held === null || held === line.dataset.node) return;
        event.preventDefault();
        line.classList.add("over");
      });
      line.addEventListener("dragleave", () => line.classList.remove("over"));
      line.addEventListener("drop", (event) => {
        event.preventDefault();
        line.classList.remove("over");
        if (held !== null && held !== line.dataset.node) move(held, "under", line.dataset.node);
      });
      line.addEventListener("keydown", (event) => {
        if (!event.altKey || !steps[event.key]) return;
        event.preventDefault();
        move(line.dataset.node, "step", steps[event.key]);
      });
    }
  }

  // The page is loaded anew after a move: whoever works with the keyboard goes on where it was.
  function goOn(list) {
    const moved = sessionStorage.getItem("tree.moved");
    sessionStorage.removeItem("tree.moved");
    if (!moved) return;
    // after the browser has gone to #card, which takes the focus away
    window.addEventListener("load", () => {
      setTimeout(() => list.querySelector(`[data-node="${moved}"]`)?.focus());
    });
  }

  function savePng(button, svg) {
    const scale = 2;
    const text = new XMLSerializer().serializeToString(svg);
    const image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      canvas.width = svg.viewBox.baseVal.width * scale;
      canvas.height = svg.viewBox.baseVal.height * scale;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const link = document.createElement("a");
      link.download = button.dataset.png;
      link.href = canvas.toDataURL("image/png");
      link.click();
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const list = document.querySelector("[data-movable]");
    if (list) {
      movable(list);
      goOn(list);
    }
    const button = document.querySelector("[data-png]");
    const svg = document.querySelector(".tree-scroll svg");
    if (button && svg) {
      button.classList.remove("d-none");
      button.addEventListener("click", () => savePng(button, svg));
    }
  });
})();
