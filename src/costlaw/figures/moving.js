"use strict";
// The target handle, for the served page and for a memo that works offline. All that it shows was
// answered beforehand, one record a stop: `texts` by the name of their place in the card, `tables`
// by their name in the picture. It computes nothing.
globalThis.TargetHandle = class TargetHandle {
  /**
   * handle: the range; figure: what holds the picture; card: what holds the texts.
   * record(place): what a stop says, or nothing yet; view(): the picture, or nothing yet.
   * recolour(row): the row in the theme; moved(place, record) and settled(place): what else happens.
   */
  constructor(parts) {
    Object.assign(this, { recolour: (row) => row, moved() {}, settled() {} }, parts);
    this.at = Number(this.handle.value);
    this.last = Number(this.handle.max);
    this.handle.addEventListener("input", () => this.move(Number(this.handle.value)));
    this.handle.addEventListener("change", () => this.settled(this.at));
    this.drag();
  }

  move(place) {
    if (place === this.at) return;
    this.at = place;
    this.show();
  }

  /** Show the stop: its texts in the card, its rows in the picture. */
  show() {
    const record = this.record(this.at);
    if (record) this.write(record);
    this.moved(this.at, record);
    const view = record && this.view();
    if (!view) return;
    for (const [table, rows] of Object.entries(record.tables)) view.data(table, rows.map(this.recolour));
    view.run();
  }

  write({ texts, refused }) {
    for (const place of this.card.querySelectorAll("[data-text]")) {
      const text = texts[place.dataset.text];
      if (text !== undefined) place.textContent = text;
    }
    for (const row of this.card.querySelectorAll("[data-part]")) {
      if (!refused) row.hidden = texts[row.dataset.part] === undefined;
    }
    this.handle.setAttribute("aria-valuetext", texts.shown);
  }

  // -- the rule in the picture is a handle too --

  drag() {
    let grip = null;
    const near = (event) => this.record(this.at) && this.rules().find((rule) =>
      Math.abs(event.clientY - rule.top) < 12 && event.clientX >= rule.left && event.clientX <= rule.right);
    this.figure.addEventListener("pointermove", (event) => {
      if (!grip) { this.figure.classList.toggle("grip", Boolean(near(event))); return; }
      this.move(this.closest(grip.table, event.clientY - grip.origin));
      this.handle.value = this.at;
      event.preventDefault();
    });
    this.figure.addEventListener("pointerdown", (event) => {
      const rule = event.button === 0 && near(event);
      if (!rule) return;
      grip = rule;
      this.figure.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.figure.addEventListener(end, () => { if (grip) { grip = null; this.settled(this.at); } });
    }
  }

  /** Where the rules of the target stand on the screen, and where their panels begin. */
  rules() {
    const { tables } = this.record(this.at);
    const found = [];
    for (const line of this.figure.querySelectorAll(".mark-rule line")) {
      const data = line.__data__ && line.__data__.datum;
      if (!data || !data.strokeDash || data.strokeDash.length !== 2) continue;
      const box = line.getBoundingClientRect(), time = tables["time-rule"] && tables["time-rule"][0];
      const over = found.length === 0 && time && Math.abs(time.y - data.y) < 0.01;
      found.push({ top: box.top, left: box.left, right: box.right, origin: box.top - data.y,
        table: over ? "time-rule" : "target-rule" });
    }
    return found;
  }

  closest(table, row) {
    let best = this.at, least = Infinity;
    for (let place = 0; place <= this.last; place += 1) {
      const record = this.record(place), rows = record && record.tables[table];
      if (!rows || !rows.length || Math.abs(rows[0].y - row) >= least) continue;
      least = Math.abs(rows[0].y - row);
      best = place;
    }
    return best;
  }
};
