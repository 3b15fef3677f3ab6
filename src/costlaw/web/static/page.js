// The page: theme, going on without a reload, copying. Every module adds to a page that is complete.
import { drawAll, redrawAll } from "./charts.js";
import { startHandle } from "./handle.js";
import { startDrop } from "./drop.js";

let visit = 0;

function start() {
  drawAll();
  startHandle(go);
  startDrop(go);
  const controls = document.querySelector("details.controls");
  if (controls && !controls.querySelector(".wrong") && innerWidth < 760) controls.open = false;
  const here = document.querySelector(".top nav [aria-current]");
  if (here) here.closest("nav").scrollLeft = here.offsetLeft - 60;
  const address = document.querySelector("[data-address]");
  if (address) address.textContent = new URL(address.textContent, location.href).href;
}

/** Show another address: fetch it, put its content in place, keep focus, scroll and what was open. */
export async function go(address, { push = true, keep = true } = {}) {
  const mine = ++visit;
  const url = new URL(address, location.href);
  let text;
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    if (!(answer.headers.get("content-type") || "").includes("text/html")) throw new Error("no page");
    text = await answer.text();
  } catch {
    location.assign(url);
    return;
  }
  if (mine !== visit) return;
  const next = new DOMParser().parseFromString(text, "text/html");
  const fresh = next.getElementById("main");
  if (!fresh) { location.assign(url); return; }
  if (push) history.pushState({}, "", url);
  document.title = next.title;
  swap(document.getElementById("main"), fresh, keep);
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.pathname === url.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  start();
}

function swap(old, fresh, keep) {
  const focused = document.activeElement && old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && focused.id;
  const caret = focused && focused.selectionStart;
  const opened = new Set([...old.querySelectorAll("details[open] > summary")].map(nameOf));
  const closed = new Set([...old.querySelectorAll("details:not([open]) > summary")].map(nameOf));
  const drawn = new Map([...old.querySelectorAll("figure.chart")].map((f) => [f.dataset.kind, f.querySelector(".drawing")]));
  if (keep) {
    for (const summary of fresh.querySelectorAll("details > summary")) {
      const name = nameOf(summary);
      if (opened.has(name)) summary.parentElement.open = true;
      if (closed.has(name)) summary.parentElement.open = false;
    }
    for (const figure of fresh.querySelectorAll("figure.chart")) {
      const before = drawn.get(figure.dataset.kind); // the old picture stays until the new one is there
      if (before) figure.querySelector(".drawing").replaceChildren(...before.childNodes);
    }
  }
  old.replaceChildren(...fresh.childNodes);
  if (!keep) { window.scrollTo(0, 0); old.focus({ preventScroll: true }); return; }
  const again = place && document.getElementById(place);
  if (again) {
    again.focus({ preventScroll: true });
    try { if (caret !== null && again.setSelectionRange) again.setSelectionRange(caret, caret); } catch { /* no caret */ }
  }
}

const nameOf = (summary) => (summary.parentElement.className || summary.textContent).replace(/\d+/g, "").slice(0, 60);

function queryOf(form, submitter) {
  const url = new URL(form.getAttribute("action"), location.href);
  const data = new FormData(form);
  if (submitter && submitter.name) data.set(submitter.name, submitter.value);
  for (const [name, value] of data) if (typeof value === "string" && value !== "") url.searchParams.set(name, value);
  return url;
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-soft]")) return;
  event.preventDefault();
  go(queryOf(form, event.submitter));
});

addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !form.matches("form[data-soft]")) return;
  if (event.target.matches("select, input[type=checkbox]")) {
    if (event.target.name === "source") forgetWhatBelongsToTheOld(form, event.target);
    go(queryOf(form));
  }
});

/** Another source has other editions, measures and columns: what was chosen for the old is dropped. */
function forgetWhatBelongsToTheOld(form, select) {
  for (const name of ["columns", "error_unit", "metric", "measure", "law"]) {
    const field = form.elements.namedItem(name);
    if (field && field !== select) field.disabled = true;
  }
}

let typing = 0;
addEventListener("input", (event) => {
  if (!event.target.matches("form[data-soft] input[type=search]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => go(queryOf(event.target.form)), 250);
});

addEventListener("click", async (event) => {
  const copy = event.target.closest("button[data-copy]");
  if (copy) { await copyText(copy); return; }
  const link = event.target.closest("main a[data-soft]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.href, { keep: true });
  }
});

async function copyText(button) {
  const text = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch { // the browser does not allow it: select the text instead
    getSelection().selectAllChildren(text);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = label; }, 1600);
}

addEventListener("popstate", () => go(location.href, { push: false }));

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("costlaw-theme", root.dataset.theme); } catch { /* storage is off: for this page only */ }
  redrawAll();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);

start();
