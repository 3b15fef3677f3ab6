// The target handle: moves rule and answer in both panels and the numbers of the card. All that it
// shows was answered by the server beforehand, one record for every stop.
import { viewOf, widthOf, themeNow } from "./charts.js";

const SETTLE = 350; // ms after the last move until the view is made anew around the target
let state = null;

export function startHandle(go) {
  state = null;
  const handle = document.getElementById("handle");
  const figure = document.querySelector('figure.chart[data-kind="live"]');
  if (!handle || !figure) return;
  const mine = { handle, figure, go, stops: handle.dataset.stops.split(" "), known: null, width: 0, timer: 0, at: Number(handle.value), first: Number(handle.value) };
  state = mine;
  figure.addEventListener("drawn", () => learn(mine));
  handle.addEventListener("input", () => move(mine, Number(handle.value)));
  handle.addEventListener("change", () => settle(mine));
  dragInPicture(mine);
  if (viewOf(figure)) learn(mine);
}

async function learn(mine) {
  const width = widthOf(mine.figure), theme = themeNow();
  if (mine.known && mine.width === width && mine.theme === theme) return;
  mine.width = width;
  mine.theme = theme;
  const answer = await fetch(`/api/v1/targets?${mine.figure.dataset.query}&width=${width}&theme=${theme}`);
  if (!answer.ok || mine.width !== width || mine.theme !== theme) return;
  const found = await answer.json();
  mine.known = new Map(found.targets.map((record) => [record.typed, record]));
  mine.figure.dataset.movable = "yes";
  if (mine.at !== mine.first) move(mine, mine.at, true);
}

export function move(mine, place, again = false) {
  if (place === mine.at && !again) return;
  mine.at = place;
  clearTimeout(mine.timer);
  const record = mine.known && mine.known.get(mine.stops[place]);
  const card = mine.handle.closest(".explore");
  const field = document.getElementById("error");
  if (field) field.value = mine.stops[place];
  card.classList.add("moving");
  if (!record) { say(card, mine.stops[place], mine.handle); return; }
  if (record.refused) {
    say(card, mine.stops[place], mine.handle);
    refuse(card, record.refused);
    clear(mine);
    return;
  }
  refuse(card, "");
  write(card, record.texts, mine.handle);
  const view = viewOf(mine.figure);
  if (view) {
    for (const [table, rows] of Object.entries(record.tables)) view.data(table, rows);
    view.run();
  }
}

function write(card, texts, handle) {
  say(card, texts.shown, handle);
  for (const row of card.querySelectorAll("[data-part]")) {
    const text = texts[row.dataset.part];
    row.hidden = !text;
    if (!text) continue;
    row.querySelector(".value").textContent = text[0];
    const interval = row.querySelector(".interval span");
    if (interval) interval.textContent = text[1];
  }
  const badge = card.querySelector("[data-badge]");
  badge.className = `badge ${texts.badge}`;
  badge.querySelector("[data-text=evidence]").textContent = texts.reach[2];
}

function say(card, words, handle) {
  card.querySelector("[data-text=shown]").textContent = words;
  handle.setAttribute("aria-valuetext", words);
}

function refuse(card, message) {
  const place = card.querySelector(".refused-stop");
  place.hidden = !message;
  place.textContent = message;
  card.classList.toggle("refusing", Boolean(message));
}

function clear(mine) {
  const view = viewOf(mine.figure);
  if (!view) return;
  for (const kind of ["rule", "text", "point"]) view.data(`answer-${kind}`, []);
  view.run();
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
    url.searchParams.set("error", mine.stops[mine.at]);
    if (url.href !== location.href) mine.go(url.href);
  }, SETTLE);
}

// -- the rule in the picture is a handle too ------------------------------------------------------

function dragInPicture(mine) {
  let grip = null;
  const nearest = (event) => {
    const found = rules(mine).find((rule) => Math.abs(event.clientY - rule.top) < 12 && event.clientX >= rule.left && event.clientX <= rule.right);
    return found || null;
  };
  mine.figure.addEventListener("pointermove", (event) => {
    if (grip) {
      const row = event.clientY - grip.origin;
      move(mine, closest(mine, grip.table, row));
      mine.handle.value = mine.at;
      event.preventDefault();
    } else mine.figure.classList.toggle("grip", Boolean(mine.known && nearest(event)));
  });
  mine.figure.addEventListener("pointerdown", (event) => {
    const rule = mine.known && event.button === 0 && nearest(event);
    if (!rule) return;
    grip = rule;
    mine.figure.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  const release = () => { if (grip) { grip = null; settle(mine); } };
  mine.figure.addEventListener("pointerup", release);
  mine.figure.addEventListener("pointercancel", release);
}

/** Where the two rules of the target stand on the screen, and where their panels begin. */
function rules(mine) {
  const record = mine.known.get(mine.stops[mine.at]);
  if (!record || !record.tables) return [];
  const found = [];
  for (const line of mine.figure.querySelectorAll(".mark-rule line")) {
    const item = line.__data__;
    const data = item && item.datum;
    if (!data || !data.strokeDash || data.strokeDash.length !== 2) continue;
    const box = line.getBoundingClientRect();
    const table = item.mark.name && record.tables["time-rule"] && Math.abs(record.tables["time-rule"][0].y - data.y) < 0.01 && found.length === 0 ? "time-rule" : "target-rule";
    found.push({ top: box.top, left: box.left, right: box.right, origin: box.top - data.y, table });
  }
  return found;
}

function closest(mine, table, row) {
  let best = mine.at, least = Infinity;
  mine.stops.forEach((stop, place) => {
    const record = mine.known.get(stop);
    const rows = record && record.tables && record.tables[table];
    if (!rows || !rows.length) return;
    const apart = Math.abs(rows[0].y - row);
    if (apart < least) { least = apart; best = place; }
  });
  return best;
}
