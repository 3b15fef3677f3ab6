"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const options = {
    renderer: "svg", actions: false, ast: true, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  for (const figure of document.querySelectorAll("figure")) {
    const place = figure.querySelector(".picture");
    const drawn = JSON.parse(figure.querySelector(".drawn").textContent);
    let shown = null;
    const draw = () => {
      const specs = drawn[dark.matches ? "dark" : "light"];
      const fits = specs.filter((spec) => spec.usermeta.width <= place.clientWidth);
      const spec = fits.length ? fits[fits.length - 1] : specs[0];
      if (spec === shown) return;
      shown = spec;
      vegaEmbed(place, spec, options);
    };
    draw();
    window.addEventListener("resize", draw);
    dark.addEventListener("change", draw);
  }
})();
