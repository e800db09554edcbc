// Where the few nodes of a scene are: what is in focus with its neighbours around it, or the paths between two.

const STEP = 190; // between rings and between steps of a path
const ROOM = 36; // for a name, along a ring
const CROWD = 14; // neighbours above which a ring is staggered

/**
 * The centre, and what was reached from it, ring by ring; each branch keeps a sector, as wide as it has leaves.
 * `neighbours` are by id, each list in the order in which it is drawn. Returns id -> {x, y}.
 */
export function rings(centre, neighbours) {
  const children = new Map([[centre, []]]);
  const queue = [centre];
  for (let at = 0; at < queue.length; at += 1) {
    for (const id of neighbours.get(queue[at]) ?? []) {
      if (children.has(id)) continue;
      children.set(id, []);
      children.get(queue[at]).push(id);
      queue.push(id);
    }
  }
  const leaves = new Map();
  for (const id of [...queue].reverse()) {
    leaves.set(id, Math.max(1, children.get(id).reduce((sum, child) => sum + leaves.get(child), 0)));
  }
  const found = new Map([[centre, { x: 0, y: 0 }]]);
  const first = Math.max(STEP, (leaves.get(centre) * ROOM) / (2 * Math.PI));
  const place = (id, depth, from, to) => {
    let start = from;
    const inside = children.get(id);
    inside.forEach((child, at) => {
      const width = ((to - from) * leaves.get(child)) / leaves.get(id);
      const staggered = inside.length > CROWD && !children.get(child).length ? (at % 2) * 0.32 : 0;
      const radius = first * (depth + staggered);
      const angle = start + width / 2;
      found.set(child, { x: radius * Math.cos(angle), y: radius * 0.8 * Math.sin(angle) });
      place(child, depth + 1, start, start + width);
      start += width;
    });
  };
  place(centre, 1, -Math.PI, Math.PI);
  return found;
}

/** Paths from one to another (lists of ids), from left to right, the first in the middle. Returns id -> {x, y}. */
export function lanes(paths) {
  const found = new Map();
  const longest = Math.max(...paths.map((path) => path.length)) - 1;
  paths.forEach((path, row) => {
    path.forEach((id, at) => {
      if (found.has(id)) return;
      const x = ((at / (path.length - 1)) * longest - longest / 2) * STEP * 1.3;
      const inner = at > 0 && at < path.length - 1;
      found.set(id, { x, y: inner ? -lane(row) * STEP * 1.1 + (at % 2 ? 24 : -24) : 0 });
    });
  });
  return found;
}

/** The first lane is in the middle, the others above and below it in turn. */
function lane(row) {
  return row % 2 ? -(row + 1) / 2 : row / 2;
}
