// A memo's pictures: drawn for the width and theme of the window, with a target that moves.
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
    const range = figure.querySelector("input[type=range]");
    let shown = null, view = null, width = 0;
    const handle = range && new TargetHandle({
      handle: range, figure, card: figure, view: () => view, recolour: coloured,
      record: (place) => ({ texts: drawn.texts[place], tables: drawn.rows[width][place] }),
    });

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
      if (handle) handle.show();
    }

    function coloured(row) {
      if (!dark.matches) return { ...row };
      const found = { ...row };
      for (const key of ["color", "stroke"]) found[key] = drawn.colours[row[key]] || row[key];
      return found;
    }

    if (range) figure.querySelector(".handle").hidden = false;
    draw();
    window.addEventListener("resize", draw);
    dark.addEventListener("change", draw);
  }
})();
