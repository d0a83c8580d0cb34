// Asks before what was written and not saved is left, brings the open question into view, and lets
// questions and pages be dragged; the arrows beside them do the same for keyboards and fingers.
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

  let dragged = null; // { handle, part }: what is on its way
  let drop = null; // { part, after }: beside what it would come to stand

  const mark = () => {
    document.querySelectorAll(".drop-before, .drop-after").forEach((one) => {
      one.classList.remove("drop-before", "drop-after");
    });
    if (drop) drop.part.classList.add(drop.after ? "drop-after" : "drop-before");
  };

  const isLower = (event, part) => {
    const box = part.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };

  const placeAt = (event) => {
    const page = event.target.closest("[data-page]");
    if (!page || !page.closest("#editor")) return null;
    if ("dragPage" in dragged.handle.dataset) return { part: page, after: isLower(event, page) };
    const row = event.target.closest("[data-key]");
    return row ? { part: row, after: isLower(event, row) } : { part: page, after: true };
  };

  const send = (id, values) => {
    const form = document.getElementById(id);
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    form.requestSubmit();
  };

  const dropQuestion = (key) => {
    const { part, after } = drop;
    const next = after ? part.nextElementSibling : part;
    const before = "key" in part.dataset && next ? next.dataset.key : "";
    send("drop-question", { moved: key, before, to_page: part.closest("[data-page]").dataset.page });
  };

  const dropPage = ({ dragPage, seen }) => {
    const at = Number(dragPage);
    const gap = Number(drop.part.dataset.page) + (drop.after ? 1 : 0);
    send("drop-page", { at, at_seen: seen, to: gap > at ? gap - 1 : gap });
  };

  document.addEventListener("dragstart", (event) => {
    const handle = event.target.closest && event.target.closest(".drag-handle");
    if (!handle) return;
    const isPage = "dragPage" in handle.dataset;
    dragged = { handle, part: handle.closest(isPage ? "[data-page]" : "[data-key]") };
    dragged.part.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged.part, 8, 8);
  });

  document.addEventListener("dragover", (event) => {
    if (!dragged) return;
    drop = placeAt(event);
    if (drop) event.preventDefault();
    mark();
  });

  document.addEventListener("drop", (event) => {
    if (!dragged || !drop) return;
    event.preventDefault();
    const { dataset } = dragged.handle;
    if (drop.part === dragged.part) return;
    if ("dragPage" in dataset) dropPage(dataset);
    else dropQuestion(dataset.dragQuestion);
  });

  document.addEventListener("dragend", () => {
    if (dragged) dragged.part.classList.remove("dragged");
    dragged = drop = null;
    mark();
  });
})();
