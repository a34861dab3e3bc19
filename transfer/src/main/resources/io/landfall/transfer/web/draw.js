// Words, figures and small drawings. Everything is made of elements and text, never of markup: names come from users.

const SVG = "http://www.w3.org/2000/svg";

/** Why a byte did not have to travel, or that it did; in the order in which they are drawn. */
export const REASONS = [
  ["received", "travelled", f => f.pulled],
  ["cached", "image cache", f => (isHit(f) ? f.image : 0)],
  ["base", "base or unchanged", f => f.base],
  ["seeded", "other images, store", f => f.seed],
  ["resumed", "earlier attempt", f => (isHit(f) ? 0 : f.resumed)],
  ["hole", "holes and zeros", f => f.zero],
];

export const isHit = f => f.image > 0 && f.resumed === f.image && f.wire === 0 && f.millis === 0;

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }
  return (unit === 0 ? Math.round(count) : count.toFixed(count < 10 ? 2 : 1)) + " " + units[unit];
}

export function duration(millis) {
  if (millis < 1000) return Math.round(millis) + " ms";
  if (millis < 60000) return (millis / 1000).toFixed(1) + " s";
  const minutes = Math.floor(millis / 60000);
  return minutes < 60
    ? minutes + ":" + String(Math.floor(millis / 1000) % 60).padStart(2, "0") + " min"
    : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

export const clock = time =>
  new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export const chip = state => element("span", state.toLowerCase().replaceAll("_", " "), "chip " + state.toLowerCase());

/** Puts rows into a table's body; a sentence if there are none. */
export function fill(table, rows, nothing) {
  const body = table.tBodies[0];
  if (rows.length === 0) {
    const cell = element("td", nothing, "empty");
    cell.colSpan = table.tHead.rows[0].cells.length;
    const row = element("tr");
    row.append(cell);
    body.replaceChildren(row);
    return;
  }
  body.replaceChildren(...rows.map(cells => {
    const row = element("tr");
    for (const cell of cells) row.append(cell instanceof HTMLTableCellElement ? cell : td(cell));
    return row;
  }));
}

export function td(content, className) {
  const cell = element("td", undefined, className);
  cell.append(content ?? "–");
  return cell;
}

/** One bar: where the bytes of a transfer came from. */
export function origin(figures) {
  const parts = REASONS.map(([key, word, of]) => [key, word, of(figures)]).filter(part => part[2] > 0);
  const total = parts.reduce((sum, part) => sum + part[2], 0);
  const text = parts.map(([, word, count]) => word + " " + bytes(count)).join(", ");
  const bar = svg("svg", { viewBox: "0 0 1000 10", height: 10, preserveAspectRatio: "none", role: "img", "aria-label": text });
  bar.append(svg("title", {}, text));
  let at = 0;
  for (const [key, , count] of parts) {
    const width = (1000 * count) / total;
    bar.append(svg("rect", { x: at, y: 0, width, height: 10, class: "fill-" + key }));
    at += width;
  }
  const box = element("div");
  box.append(bar, element("small", bytes(figures.image) + (text ? ": " + text : "")));
  return box;
}

export function legend(entries) {
  return entries.map(([key, word]) => {
    const entry = element("span");
    entry.append(svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, svg("rect", { width: 10, height: 10, rx: 2, class: "fill-" + key })), word);
    return entry;
  });
}

/** Two lines over time, from nothing on. */
export function chart(points, label) {
  const [width, height, left, top, bottom] = [560, 190, 70, 12, 24];
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const first = Date.parse(points[0].time);
  const span = 1.06 * Math.max(1, Date.parse(points.at(-1).time) - first); // so that the last level is seen
  const most = Math.max(1, ...points.map(point => Math.max(point.logicalBytes, point.storedBytes)));
  const x = point => left + ((width - left - 8) * (Date.parse(point.time) - first)) / span;
  const y = value => top + (height - top - bottom) * (1 - value / most);
  for (const part of [0, 0.5, 1]) {
    drawn.append(
      svg("line", { x1: left, x2: width, y1: y(most * part), y2: y(most * part), class: "axis" }),
      svg("text", { x: left - 8, y: y(most * part) + 4, "text-anchor": "end" }, bytes(most * part)));
  }
  for (const [key, name] of [["logicalBytes", "line-logical"], ["storedBytes", "line-stored"]]) {
    const steps = points.map((point, i) =>
      (i === 0 ? `M${x(point)} ${y(0)}` : `H${x(point)}`) + `V${y(point[key])}`).join("");
    drawn.append(svg("path", { d: steps + `H${width - 8}`, class: name }));
  }
  drawn.append(svg("text", { x: left, y: height - 6 }, clock(points[0].time)));
  if (x(points.at(-1)) - left > 140) { // or one would lie upon the other
    drawn.append(svg("text", { x: x(points.at(-1)), y: height - 6, "text-anchor": "end" }, clock(points.at(-1).time)));
  }
  return drawn;
}

/** A disk from its first byte to its last, in lines of cells. */
export function diskMap(cells, label) {
  const columns = 128;
  const rows = Math.ceil(cells.length / columns);
  const drawn = svg("svg", { viewBox: `0 0 ${columns * 8} ${rows * 12}`, role: "img", "aria-label": label });
  const kinds = { "#": "changed", "=": "same", ".": "zero" };
  for (let i = 0; i < cells.length; i++) {
    drawn.append(svg("rect", {
      x: (i % columns) * 8, y: Math.floor(i / columns) * 12, width: 7, height: 11, rx: 1, class: "fill-" + kinds[cells[i]],
    }));
  }
  return drawn;
}
