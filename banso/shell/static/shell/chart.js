// The one door to ECharts: <div class="chart" data-chart="ID" role="img" aria-label="…"></div> beside
// {{ option|json_script:"ID" }}. Options are plain JSON; a "href" in a data item makes it a link.
// Formats are names, because JSON carries no functions: axisLabel.formatter may be "percent".
"use strict";

(() => {
  const formats = {
    percent: (value) => `${Math.round(value * 100)}%`,
    number: (value) => Number(value).toLocaleString(document.documentElement.lang),
  };

  function withFormats(node) {
    if (Array.isArray(node)) return node.map(withFormats);
    if (node === null || typeof node !== "object") return node;
    const made = {};
    for (const [key, value] of Object.entries(node)) {
      made[key] = key === "formatter" && formats[value] ? formats[value] : withFormats(value);
    }
    return made;
  }

  // An interval drawn as a line with a dot: data items are [estimate, row, low, high].
  function interval(params, api) {
    const [x, y] = api.coord([api.value(0), api.value(1)]);
    const low = api.coord([api.value(2), api.value(1)])[0];
    const high = api.coord([api.value(3), api.value(1)])[0];
    const style = { stroke: api.visual("color"), fill: api.visual("color"), lineWidth: 2 };
    return {
      type: "group",
      children: [
        { type: "line", shape: { x1: low, y1: y, x2: high, y2: y }, style },
        { type: "circle", shape: { cx: x, cy: y, r: 5 }, style },
      ],
    };
  }

  function draw(place) {
    if (echarts.getInstanceByDom(place)) return;
    const option = withFormats(JSON.parse(document.getElementById(place.dataset.chart).textContent));
    for (const series of option.series || []) {
      if (series.type === "interval") Object.assign(series, { type: "custom", renderItem: interval });
    }
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      ...option,
    });
    chart.on("click", (event) => {
      if (event.data && event.data.href) window.location.assign(event.data.href);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
})();
