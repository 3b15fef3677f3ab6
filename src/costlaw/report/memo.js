"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paper = (uri) => /^https?:\/\//i.test(uri)
    ? Promise.resolve({ href: uri, target: "_blank", rel: "noopener noreferrer" })
    : Promise.reject(new Error("not an address of a paper"));
  const nothing = () => Promise.reject(new Error("nothing is loaded"));
  const options = {
    renderer: "svg", actions: false, ast: true, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    loader: { load: nothing, http: nothing, file: nothing, sanitize: paper },
  };
  for (const figure of document.querySelectorAll("figure")) start(figure);

  function start(figure) {
    const place = figure.querySelector(".picture");
    const drawn = JSON.parse(figure.querySelector(".drawn").textContent);
    const handle = figure.querySelector("input[type=range]");
    let shown = null, view = null, width = 0;

    async function draw() {
      const specs = drawn[dark.matches ? "dark" : "light"];
      let index = specs.length - 1;
      while (index > 0 && specs[index].usermeta.width > place.clientWidth) index -= 1;
      if (specs[index] === shown) return;
      shown = specs[index];
      width = index;
      const made = await vegaEmbed(place, shown, options);
      if (specs[index] !== shown) return;
      view = made.view;
      if (handle) move();
    }

    function move() {
      const stop = Number(handle.value), texts = drawn.texts[stop];
      for (const part of figure.querySelectorAll("[data-text]")) {
        part.textContent = texts[part.dataset.text];
      }
      handle.setAttribute("aria-valuetext", texts.error);
      if (!view) return;
      for (const [table, rows] of Object.entries(drawn.rows[width][stop])) {
        view.data(table, rows.map(coloured));
      }
      view.run();
    }

    function coloured(row) {
      if (!dark.matches) return { ...row };
      const found = { ...row };
      for (const key of ["color", "stroke"]) found[key] = drawn.colours[row[key]] || row[key];
      return found;
    }

    if (handle) {
      figure.querySelector(".handle").hidden = false;
      handle.addEventListener("input", move);
    }
    draw();
    window.addEventListener("resize", draw);
    dark.addEventListener("change", draw);
  }
})();
