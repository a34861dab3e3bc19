// The checkpoint store: a job's tree, what changed between two checkpoints, and how the store grew.

import { bytes, chart, clock, diskMap, element, legend } from "./draw.js";

const at = id => document.getElementById(id);
const get = async path => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};

let checkpoints = [];
let known = -1;

/** Looks again when the store has more or fewer checkpoints than before. */
export async function update(count) {
  if (count === known) return;
  known = count;
  const counts = await get("api/checkpoints");
  const points = await get("api/history");
  options(at("job"), Object.keys(counts).map(job => [job, job + " (" + counts[job] + ")"]), list => list.at(-1));
  at("history").replaceChildren(...(points.length === 0 ? [] : [history(points), keys(points.at(-1))]));
  await showJob();
}

function history(points) {
  const last = points.at(-1);
  return chart(points, "guests see " + bytes(last.logicalBytes) + ", the disk holds " + bytes(last.storedBytes));
}

function keys(last) {
  const line = element("p", undefined, "legend");
  line.append(...legend([
    ["same", "as guests see it: " + bytes(last.logicalBytes)],
    ["received", "added to the disk: " + bytes(last.storedBytes)],
  ]), element("strong", (last.logicalBytes / Math.max(1, last.storedBytes)).toFixed(1) + " : 1"));
  return line;
}

/** Keeps what is chosen, if it is still there. */
function options(select, entries, standard) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, text]) => {
    const option = element("option", text);
    option.value = value;
    return option;
  }));
  const values = entries.map(entry => entry[0]);
  select.value = values.includes(before) ? before : standard(values) ?? "";
}

async function showJob() {
  const job = at("job").value;
  checkpoints = job ? await get("api/checkpoints?job=" + encodeURIComponent(job)) : [];
  at("tree").replaceChildren(...branch(null));
  const devices = [...new Set(checkpoints.flatMap(checkpoint => checkpoint.devices.map(device => device.name)))];
  options(at("device"), devices.map(name => [name, name]), list => list[0]);
  chooseEnds();
  await showMap();
}

function chooseEnds() {
  const having = checkpoints
    .filter(checkpoint => checkpoint.devices.some(device => device.name === at("device").value))
    .map(checkpoint => [checkpoint.id, "#" + checkpoint.sequence + ", " + clock(checkpoint.created)]);
  at("from").replaceChildren();
  at("to").replaceChildren();
  options(at("from"), having, list => list.at(-2) ?? list[0]);
  options(at("to"), having, list => list.at(-1));
}

/** Checkpoints whose parent is `parent`; those whose parent was deleted are roots. */
function branch(parent) {
  const ids = new Set(checkpoints.map(checkpoint => checkpoint.id));
  return checkpoints
    .filter(checkpoint => (ids.has(checkpoint.parent) ? checkpoint.parent : null) === parent)
    .map(checkpoint => {
      const item = element("li");
      const head = element("div");
      const stored = checkpoint.devices.reduce((sum, device) => sum + device.stored, 0);
      head.append(
        element("strong", "#" + checkpoint.sequence + " "),
        element("code", checkpoint.id),
        element("span", " +" + bytes(stored)));
      const parts = checkpoint.devices
        .map(device => device.name + " " + bytes(device.size) + " (+" + bytes(device.stored) + ")").join(", ");
      head.append(element("br"), element("small", clock(checkpoint.created) + " from " + checkpoint.host + ": " + parts, "quiet"));
      item.append(head);
      const children = branch(checkpoint.id);
      if (children.length > 0) {
        const list = element("ol");
        list.append(...children);
        item.append(list);
      }
      return item;
    });
}

async function showMap() {
  const [device, from, to] = [at("device").value, at("from").value, at("to").value];
  if (!device || !from || !to) {
    at("map").replaceChildren();
    at("map-text").textContent = "There is no checkpoint yet.";
    return;
  }
  try {
    const query = new URLSearchParams({ device, a: from, b: to });
    const map = await get("api/map?" + query);
    const text = bytes(map.changedBytes) + " of " + bytes(map.sizeBytes) + " changed, in " + map.ranges
      + (map.ranges === 1 ? " range" : " ranges") + " of chunks of " + bytes(map.chunkBytes) + ".";
    const line = element("p", undefined, "legend");
    line.append(...legend([["changed", "changed"], ["same", "the same data"], ["zero", "zeros in both"]]));
    at("map").replaceChildren(line, diskMap(map.cells, text));
    at("map-text").textContent = text;
  } catch (problem) {
    at("map").replaceChildren();
    at("map-text").textContent = problem.message;
  }
}

at("job").addEventListener("change", showJob);
at("device").addEventListener("change", async () => {
  chooseEnds();
  await showMap();
});
at("from").addEventListener("change", showMap);
at("to").addEventListener("change", showMap);
