// What the picture shows: everything that the filters leave, or a scene of a few: a focus, a path, a step of a story.
// A scene has `entities` (a set of ids), `claims`, `at` (id -> {x, y}), `named` (whether lines have the names of their
// relations) and `bright` (a set of ids, null for all); `ofStep` are the claims of a step,
// `centres` the ids in focus.

import { lanes, rings } from "./layout.js";

const ALTERNATIVES = 3; // paths
const LONGER = 2; // steps that another path may have more than the first

/** The entities in focus (ids; the first is the centre) with all their neighbours, by the claims that are shown. */
export function focus(data, ids, passes) {
  const entities = new Set(ids);
  const claims = new Set();
  const neighbours = new Map();
  for (const id of ids) {
    const own = data.byId.get(id).claims.filter((claim) => claim.object && passes(claim));
    for (const claim of own) {
      claims.add(claim);
      entities.add(claim.s).add(claim.o);
    }
    const order = (claim) => `${claim.p}\n${claim.s === id ? "" : "<"}\n${other(claim, id).name}`;
    own.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    neighbours.set(id, [...new Set(own.map((claim) => other(claim, id).id))]);
  }
  for (const id of ids) { // the ties among the neighbours
    for (const next of neighbours.get(id)) {
      for (const claim of data.byId.get(next).claims) {
        if (claim.object && entities.has(claim.s) && entities.has(claim.o) && passes(claim)) claims.add(claim);
      }
    }
  }
  const at = rings(ids[0], neighbours);
  for (const id of entities) if (!at.has(id)) at.set(id, { x: 0, y: 0 });
  return { entities, claims: [...claims], at, named: true, bright: null, centres: new Set(ids) };
}

function other(claim, id) {
  return claim.s === id ? claim.object : claim.subject;
}

/** The cheapest paths between two by the claims that are shown; none passes through an entity of those before. */
export function paths(data, from, to, passes) {
  const found = [];
  const closed = new Set();
  const direct = new Set(); // whether the direct tie was taken
  while (found.length < ALTERNATIVES) {
    const path = cheapest(data, from, to, passes, closed, direct.size > 0);
    if (!path || (found.length && path.length > found[0].length + LONGER)) break;
    found.push(path);
    if (path.length === 2) direct.add(path);
    for (const id of path.slice(1, -1)) closed.add(id);
  }
  return found;
}

/** What a step costs: a weak tie more than a strong one, and what is only planned most. */
function cost(claim) {
  return 2 - (claim.relation.strength ?? 0) + (claim.expected ? 1 : 0);
}

/** Dijkstra's algorithm; the path as ids, or null. */
function cheapest(data, from, to, passes, closed, notDirect) {
  const best = new Map([[from, 0]]);
  const before = new Map();
  const done = new Set();
  const buckets = [[from]]; // by tenths of the cost
  for (let level = 0; level < buckets.length; level += 1) {
    for (const id of buckets[level] ?? []) {
      if (done.has(id)) continue;
      done.add(id);
      if (id === to) return trace(before, from, to);
      for (const claim of data.byId.get(id).claims) {
        if (!claim.object || claim.s === claim.o || !passes(claim)) continue;
        const next = other(claim, id).id;
        if (done.has(next) || closed.has(next) || (notDirect && id === from && next === to)) continue;
        const costs = best.get(id) + cost(claim);
        if (costs >= (best.get(next) ?? Infinity)) continue;
        best.set(next, costs);
        before.set(next, id);
        const bucket = Math.round(costs * 10);
        (buckets[bucket] ??= []).push(next);
      }
    }
  }
  return null;
}

function trace(before, from, to) {
  const path = [to];
  while (path[0] !== from) path.unshift(before.get(path[0]));
  return path;
}

/** The scene of some paths. */
export function pathScene(data, found, passes) {
  const entities = new Set(found.flat());
  const steps = new Set(found.flatMap((path) => path.slice(1).map((id, at) => [path[at], id].sort().join("~"))));
  const claims = [...entities].flatMap((id) => data.byId.get(id).claims.filter((claim) => claim.s === id && claim.object && passes(claim)));
  return {
    entities, at: lanes(found), named: true, bright: null,
    claims: claims.filter((claim) => steps.has([claim.s, claim.o].sort().join("~"))),
  };
}
