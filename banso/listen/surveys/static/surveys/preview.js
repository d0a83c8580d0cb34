// Draws the survey as people will see it, again after every change, with what was typed into it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("preview");
  const card = document.getElementById("preview-card");
  const wanted = { language: document.documentElement.lang === "ja" ? "ja" : "en", width: "phone" };
  let drawn = "";
  let openKey = null;
  let form = null;

  function read() {
    const element = document.getElementById("preview-json");
    return element ? element.textContent : "";
  }

  function draw({ again = false } = {}) {
    const text = read();
    if (!text || (text === drawn && !again)) return;
    const { models, answers, page, open } = JSON.parse(text);
    const typed = again || !form ? {} : form.answers();
    // a question that was just opened is led to; while one types, what was answered stays
    const given = open === openKey ? { ...answers, ...typed } : { ...typed, ...answers };
    const at = open !== openKey || again || !form ? page : form.page();
    const target = document.createElement("div");
    target.lang = wanted.language;
    place.replaceChildren(target);
    form = BansoSurvey(target, models[wanted.language], again ? answers : given, {
      startPage: at,
      onComplete: () => {
        const said = document.createElement("p");
        said.className = "survey-thanks";
        said.textContent = place.dataset.thanks;
        place.replaceChildren(said);
      },
    });
    drawn = text;
    openKey = open;
  }

  function press(button, group) {
    card.querySelectorAll(`[data-preview-${group}]`).forEach((one) => {
      one.setAttribute("aria-pressed", one === button ? "true" : "false");
    });
  }

  card.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.previewLanguage) {
      wanted.language = button.dataset.previewLanguage;
      press(button, "language");
      drawn = "";
      draw();
    } else if (button.dataset.previewWidth) {
      card.querySelector(".survey-frame").classList.toggle("survey-phone", button.dataset.previewWidth === "phone");
      press(button, "width");
    } else if ("previewAgain" in button.dataset) {
      draw({ again: true });
    }
  });

  press(card.querySelector(`[data-preview-language="${wanted.language}"]`), "language");
  document.addEventListener("htmx:afterSettle", () => draw());
  draw();
});
