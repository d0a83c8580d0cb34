// A slider and its number field say the same; only the number field is sent.
"use strict";

(() => {
  function follow(slider) {
    const field = document.getElementById(slider.dataset.lever);
    if (!field) return;
    slider.addEventListener("input", () => {
      field.value = slider.value;
    });
    field.addEventListener("input", () => {
      if (field.value !== "" && field.checkValidity()) slider.value = field.value;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-lever]").forEach(follow);
  });
})();
