// The target handle of Explore: learns every stop from the server, and goes on from where it rests.
import "./moving.js";
import { viewOf, widthOf, themeNow } from "./charts.js";

const SETTLE = 350; // ms after the last move until the view is made anew around the target
let state = null;

export function startHandle(go) {
  state = null;
  const range = document.getElementById("handle");
  const figure = document.querySelector('figure.chart[data-kind="live"]');
  if (!range || !figure) return;
  const mine = { figure, go, stops: range.dataset.stops.split(" "), known: new Map(), timer: 0 };
  const first = Number(range.value);
  mine.handle = new TargetHandle({
    handle: range, figure, card: range.closest(".explore"),
    record: (place) => mine.known.get(mine.stops[place]),
    view: () => viewOf(figure),
    moved: (place, record) => moved(mine, place, record),
    settled: () => settle(mine),
  });
  state = mine;
  figure.addEventListener("drawn", () => learn(mine, first));
  if (viewOf(figure)) learn(mine, first);
}

async function learn(mine, first) {
  const width = widthOf(mine.figure), theme = themeNow();
  if (mine.known.size && mine.width === width && mine.theme === theme) return;
  mine.width = width;
  mine.theme = theme;
  const answer = await fetch(`/api/v1/targets?${mine.figure.dataset.query}&width=${width}&theme=${theme}`);
  if (!answer.ok || mine.width !== width || mine.theme !== theme) return;
  const found = await answer.json();
  mine.known = new Map(found.targets.map((record) => [record.typed, record]));
  mine.figure.dataset.movable = "yes";
  if (mine.handle.at !== first) mine.handle.show();
}

function moved(mine, place, record) {
  clearTimeout(mine.timer);
  const { card, handle } = mine.handle, refused = (record && record.refused) || "";
  document.getElementById("error").value = mine.stops[place];
  card.classList.add("moving");
  card.classList.toggle("refusing", Boolean(refused));
  const why = card.querySelector(".refused-stop");
  why.hidden = !refused;
  why.textContent = refused;
  if (!record) {
    card.querySelector("[data-text=shown]").textContent = mine.stops[place];
    handle.setAttribute("aria-valuetext", mine.stops[place]);
  } else if (record.texts.badge) card.querySelector("[data-badge]").className = `badge ${record.texts.badge}`;
}

function settle(mine) {
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => {
    if (state !== mine) return;
    const url = new URL(location.href);
    if (url.pathname === "/") url.pathname = "/explore";
    for (const pair of mine.figure.dataset.query.split("&")) {
      const [name, value] = pair.split("=");
      url.searchParams.set(name, decodeURIComponent(value.replaceAll("+", " ")));
    }
    url.searchParams.set("v", "1");
    url.searchParams.set("error", mine.stops[mine.handle.at]);
    if (url.href !== location.href) mine.go(url.href);
  }, SETTLE);
}
