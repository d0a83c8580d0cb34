// Draws the survey with the form library and saves each page; until it is drawn, and where it
// cannot be, the plain form below serves.
"use strict";

(() => {
  const page = document.documentElement;
  page.classList.add("drawing");
  let waited = setTimeout(() => { waited = 0; page.classList.remove("drawing"); }, 8000);

  async function send(place, answers, last) {
    const body = JSON.stringify({ answers, last, resume: place.dataset.resume });
    let reply;
    try {
      reply = await fetch(place.dataset.save, {
        method: "POST", body, headers: { "Content-Type": "application/json" }, keepalive: body.length < 60000,
      });
    } catch {
      throw new Error(place.dataset.offline);
    }
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok && reply.status !== 422) throw new Error(said.message || place.dataset.offline);
    if (said.next) place.dataset.next = said.next;
    return said.faults || {};
  }

  function draw() {
    const place = document.getElementById("survey");
    if (!waited || !place || !window.BansoSurvey) {
      page.classList.remove("drawing");
      return;
    }
    clearTimeout(waited);
    const told = (id) => JSON.parse(document.getElementById(id).textContent);
    let changed = false;
    const form = window.BansoSurvey(place, told("model"), told("kept"), {
      startPage: Number(place.dataset.start),
      onPage: async (answers, { last }) => {
        const faults = await send(place, answers, last);
        changed = false;
        window.scrollTo(0, 0);
        return faults;
      },
      onComplete: () => { changed = false; window.location.assign(place.dataset.next); },
      onChange: () => { changed = true; },
    });
    const keep = () => (changed ? send(place, form.answers(), false).catch(() => {}) : Promise.resolve());
    document.addEventListener("visibilitychange", () => { if (document.hidden) { keep(); changed = false; } });
    document.querySelector("[data-language]").addEventListener("click", async (event) => {
      event.preventDefault();
      await keep();
      changed = false;
      window.location.assign(`?language=${event.target.value}`);
    });
  }

  document.addEventListener("DOMContentLoaded", draw);
})();
