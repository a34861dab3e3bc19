// The page: told how things stand once a second, and drawn anew.

import { REASONS, bytes, chip, clock, duration, element, fill, legend, origin, td } from "./draw.js";
import { update as updateStore } from "./store.js";

const at = id => document.getElementById(id);
const KINDS = { LANDING: "landing here", SENDING: "landing there", CHECKPOINT: "checkpoint", RETURN: "return", COPY: "copy" };
const PHASES = { FILL: "filling behind the running guest:" };
const marks = new Map(); // transfer -> [time, bytes] a while ago, for its rate

at("legend").append(...legend(REASONS));

function show(state) {
  document.title = "Landfall · " + state.host;
  at("host").textContent = state.host;
  at("roles").textContent = state.roles.join(" + ").toLowerCase() + ", up " + duration(Date.parse(state.now) - Date.parse(state.began));
  at("version").textContent = "version " + state.version;
  tiles(state);
  transfers(state);
  recent(state);
  section("s-jobs", state.store !== null, () => jobs(state));
  section("s-hosts", state.store !== null, () => hosts(state));
  section("s-cache", state.cache !== null, () => cache(state.cache));
  section("s-store", state.store !== null, () => updateStore(state.store.checkpoints).catch(problem => live(problem.message, "off")));
}

function section(id, present, draw) {
  at(id).hidden = !present;
  if (present) draw();
}

function tiles(state) {
  const jobs = state.jobsByState;
  const moved = sum(state, ["sent", "received"]);
  const saved = sum(state, ["hole", "cached", "base", "seeded", "resumed"]);
  const waiting = state.uploads.waiting + state.downloads.waiting;
  const list = [["Transfers", state.running.length, waiting + " waiting"]];
  if (state.store) {
    list.push(["Jobs running", jobs.RUNNING ?? 0, (jobs.IDLE ?? 0) + " idle, " + (jobs.HELD ?? 0) + " held"]);
  } else {
    list.push(["Jobs here", Object.keys(state.claims).length, state.cache.images.length + " images held"]);
  }
  list.push(["Moved", bytes(moved), "since it was started"]);
  list.push(["Saved", bytes(saved), moved + saved > 0 ? Math.round((100 * saved) / (moved + saved)) + " % did not travel" : "nothing moved yet"]);
  if (state.store) {
    list.push(["Checkpoints", state.store.checkpoints, bytes(state.store.logicalBytes) + " in " + bytes(state.store.packBytes)]);
  }
  list.push(["Disk free", bytes((state.store ?? state.cache).freeBytes), state.store ? "for checkpoints" : "for images"]);
  at("tiles").replaceChildren(...list.map(([name, value, more]) => {
    const tile = element("div");
    const data = element("dd", value);
    data.append(element("small", more));
    tile.append(element("dt", name), data);
    return tile;
  }));
}

function sum(state, reasons) {
  return Object.values(state.bytes).reduce(
    (all, kind) => all + reasons.reduce((some, reason) => some + (kind[reason] ?? 0), 0), 0);
}

function what(transfer) {
  const cell = element("span", transfer.job || "by hand");
  cell.append(element("br"), element("small", transfer.part));
  return cell;
}

function transfers(state) {
  const now = Date.parse(state.now);
  fill(at("transfers"), state.running.map(transfer => {
    const bar = element("progress");
    bar.max = Math.max(1, transfer.totalBytes);
    bar.value = transfer.totalBytes === 0 ? 0 : transfer.doneBytes;
    bar.setAttribute("aria-label", KINDS[transfer.kind] + " of " + transfer.part);
    const progress = element("div");
    progress.append(bar, element("small",
      (PHASES[transfer.phase] ?? (transfer.phase.toLowerCase() || "waiting")) + " " + bytes(transfer.doneBytes) + " of " + bytes(transfer.totalBytes)));
    const rate = rateOf(transfer, now);
    const left = rate > 0 ? duration((1000 * (transfer.totalBytes - transfer.doneBytes)) / rate) : "–";
    return [KINDS[transfer.kind], what(transfer), named(state, transfer.peer), td(progress, "wide"), rate > 0 ? bytes(rate) + "/s" : "–", left];
  }), "Nothing is being transferred.");
  const ids = new Set(state.running.map(transfer => transfer.id));
  for (const id of marks.keys()) if (!ids.has(id)) marks.delete(id);
}

/** Over the last seconds, of one phase: phases count different bytes. */
function rateOf(transfer, now) {
  const list = (marks.get(transfer.id) ?? []).filter(mark => mark.phase === transfer.phase);
  list.push({ now, done: transfer.doneBytes, phase: transfer.phase });
  marks.set(transfer.id, list.slice(-6));
  const first = list[0];
  return now > first.now ? (1000 * (transfer.doneBytes - first.done)) / (now - first.now) : 0;
}

function recent(state) {
  fill(at("recent"), state.recent.slice(0, 10).map(transfer => [
    KINDS[transfer.kind],
    what(transfer),
    named(state, transfer.peer),
    transfer.figures ? td(origin(transfer.figures), "wide") : td(failure(transfer), "why"),
    transfer.figures ? bytes(transfer.figures.wire) : "–",
    duration(transfer.tookMillis),
    transfer.predictedMillis === null ? "–" : duration(transfer.predictedMillis),
  ]), "Nothing has been transferred yet.");
}

function failure(transfer) {
  const text = element("span");
  text.append(chip("FAILED"), " " + transfer.error);
  return text;
}

/** The name of the host at an address, for people who named it; the address is behind it. */
function named(state, address) {
  const name = state.hosts.find(host => host.address === address)?.ad?.name;
  if (!name || name === address) return address;
  const cell = element("span", name);
  cell.title = address;
  return cell;
}

function jobs(state) {
  fill(at("jobs"), state.jobs.map(job => [
    job.job, job.executable, chip(job.status), named(state, job.host), td(String(job.evictions), "number"), clock(job.submitted), td(job.reason ?? "", "why"),
  ]), "The queue is empty.");
}

function hosts(state) {
  fill(at("hosts"), state.hosts.map(host => [
    host.ad?.name ?? "?",
    host.address,
    host.ad ? host.ad.vmTypes.join(", ") + " by " + host.ad.hypervisor : "–",
    td(host.ad ? bytes(host.ad.memoryMiB * 2 ** 20) : "–", "number"),
    host.ad ? host.ad.claims.join(", ") || "none" : "–",
    host.ad ? images(host.ad.images) : "–",
    host.problem ? td(host.problem, "why") : host.seen ? clock(host.seen) : "not yet",
  ]), "LANDFALL_EXECUTE_HOSTS names no execute host.");
}

function images(ids) {
  const cell = element("span", ids.length + (ids.length === 1 ? " image" : " images"));
  for (const id of ids.slice(0, 2)) cell.append(element("br"), short(id));
  return cell;
}

function short(id) {
  const code = element("code", id.slice(0, 12) + "…");
  code.title = id;
  return code;
}

function cache(held) {
  fill(at("cache"), held.images.map(image => [
    short(image.imageId), td(bytes(image.sizeBytes), "number"), td(bytes(image.allocatedBytes), "number"), image.inUse ? chip("RUNNING") : "no",
  ]), "No image is held here yet.");
}

function live(text, state) {
  if (at("live").textContent !== text) at("live").textContent = text;
  at("live").className = state;
}

const events = new EventSource("events");
events.addEventListener("message", event => {
  show(JSON.parse(event.data));
  live("live", "on");
});
events.addEventListener("error", () => live("the agent does not answer; trying again", "off"));
