// Charts: specifications of this server, drawn for the width and theme there is. Nothing is computed.

const MARGIN = 12; // px: a change of width that is worth drawing again
const drawn = new WeakMap(); // figure -> {view, width, theme, query}
const waiting = new WeakMap();
const watch = new ResizeObserver((entries) => {
  for (const entry of entries) later(entry.target);
});

export const themeNow = () => document.documentElement.dataset.theme
  || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const library = () => window.vegaEmbed
  ? Promise.resolve()
  : new Promise((resolve) => document.getElementById("vega").addEventListener("load", resolve, { once: true }));

/** Ask for every specification at once, before the library is there to draw it. */
export function drawAll() {
  for (const figure of document.querySelectorAll("figure.chart")) {
    later(figure);
    watch.observe(figure);
  }
}

export function redrawAll() {
  for (const figure of document.querySelectorAll("figure.chart")) draw(figure);
}

export const viewOf = (figure) => (drawn.get(figure) || {}).view;
export const widthOf = (figure) => Math.max(320, Math.floor(figure.clientWidth));

function later(figure) {
  const known = drawn.get(figure);
  if (figure.clientWidth < 40) return; // not shown
  if (!known) { draw(figure); return; }
  if (Math.abs(known.width - widthOf(figure)) < MARGIN) return;
  clearTimeout(waiting.get(figure));
  waiting.set(figure, setTimeout(() => draw(figure), 120));
}

async function draw(figure) {
  const width = widthOf(figure), theme = themeNow(), query = figure.dataset.query;
  if (figure.clientWidth < 40) return;
  const before = drawn.get(figure);
  drawn.set(figure, { ...before, width, theme, query });
  const place = figure.querySelector(".drawing");
  let spec;
  try {
    const answer = await fetch(`/api/v1/pictures/${figure.dataset.kind}.json?${query}&width=${width}&theme=${theme}`);
    spec = await answer.json();
    if (!answer.ok) throw new Error(spec.error.message);
    await library();
  } catch (error) {
    const words = document.createElement("p");
    words.className = "why";
    words.textContent = error.message;
    place.replaceChildren(words);
    return;
  }
  const now = drawn.get(figure);
  if (!figure.isConnected || now.width !== width || now.theme !== theme) return;
  const room = document.createElement("div");
  const result = await window.vegaEmbed(room, spec, {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: showTip, loader,
  });
  if (!figure.isConnected || drawn.get(figure).width !== width) { result.finalize(); return; }
  if (before && before.finalize) before.finalize();
  place.replaceChildren(room);
  place.removeAttribute("aria-busy");
  drawn.set(figure, { view: result.view, finalize: result.finalize, width, theme, query });
  name(figure, spec.description);
  reachByKey(figure);
  figure.dataset.ready = `${width} ${theme}`;
  figure.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
}

// Vega may load nothing, and follow addresses of papers only.
const address = (uri) => /^https?:\/\//i.test(uri);
const loader = {
  load: () => Promise.reject(new Error("nothing is loaded")),
  http: () => Promise.reject(new Error("nothing is loaded")),
  file: () => Promise.reject(new Error("nothing is loaded")),
  sanitize: (uri) => address(uri)
    ? Promise.resolve({ href: uri, target: "_blank", rel: "noopener noreferrer" })
    : Promise.reject(new Error("not an address of a paper")),
};

function name(figure, words) {
  const svg = figure.querySelector("svg");
  const group = figure.querySelector(".vega-embed, [role='graphics-document']");
  if (group) { group.removeAttribute("role"); group.removeAttribute("aria-roledescription"); group.removeAttribute("aria-label"); }
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-roledescription", "chart");
  svg.setAttribute("aria-label", words);
  for (const part of svg.querySelectorAll("[aria-roledescription], [role^='graphics']")) {
    part.removeAttribute("aria-roledescription");
    part.removeAttribute("role");
    part.removeAttribute("aria-label");
  }
}

// -- points by keyboard: one stop of the Tab key a panel, arrows between points, Enter opens the paper ----

function reachByKey(figure) {
  for (const group of figure.querySelectorAll(".mark-symbol")) reachGroup(group);
}

function reachGroup(group) {
  const points = [...group.querySelectorAll("path")].filter((node) => node.__data__ && node.__data__.tooltip);
  points.sort((a, b) => a.__data__.x - b.__data__.x || b.__data__.y - a.__data__.y);
  points.forEach((point, place) => {
    const link = point.__data__.href;
    point.setAttribute("tabindex", place === 0 ? "0" : "-1");
    point.setAttribute("role", link && address(link) ? "link" : "img");
    point.setAttribute("aria-label", sentence(point.__data__.tooltip));
    point.addEventListener("focus", () => tipAt(point, point.__data__.tooltip));
    point.addEventListener("blur", hideTip);
    point.addEventListener("keydown", (event) => pointKey(event, points, place));
  });
}

function pointKey(event, points, place) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -place, End: points.length - 1 - place }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    const next = points[Math.min(Math.max(place + step, 0), points.length - 1)];
    points[place].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  } else if (event.key === "Enter") {
    const link = points[place].__data__.href;
    if (link && address(link)) window.open(link, "_blank", "noopener,noreferrer");
  } else if (event.key === "Escape") hideTip();
}

const sentence = (value) => typeof value === "object"
  ? Object.entries(value).map(([key, text]) => (key === "system" ? text : `${key} ${text}`)).join(", ")
  : String(value);

// -- the tip: text only ---------------------------------------------------------------------------

const tip = document.getElementById("tip");

function showTip(_handler, event, item, value) {
  if (value === null || value === undefined || value === "") { hideTip(); return; }
  fill(value, item && item.href);
  put(event.clientX, event.clientY);
}

function tipAt(node, value) {
  const box = node.getBoundingClientRect();
  fill(value, node.__data__.href);
  put(box.left + box.width / 2, box.top + box.height / 2);
}

function fill(value, link) {
  const lines = typeof value === "object" ? Object.entries(value) : [["", value]];
  tip.replaceChildren(...lines.map(([key, text]) => {
    const line = document.createElement(key === "system" ? "strong" : "span");
    line.textContent = key && key !== "system" ? `${key} ${text}` : String(text);
    return line;
  }));
  if (link && address(link)) {
    const more = document.createElement("em");
    more.textContent = "opens its paper";
    tip.append(more);
  }
}

function put(x, y) {
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - box.width - 8))}px`;
  tip.style.top = `${y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18}px`;
}

function hideTip() { tip.hidden = true; }
addEventListener("scroll", hideTip, { passive: true });
