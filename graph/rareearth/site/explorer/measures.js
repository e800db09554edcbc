// Measures of what is shown, by which nodes are sized and coloured. Direction and number of claims of a tie do not count.

const MOST = 3000; // nodes up to which betweenness is computed: it takes their number times that of the ties

export const MEASURES = [
  { id: "claims", text: "claims", title: "How many of the claims shown an entity has" },
  { id: "degree", text: "neighbours", title: "With how many others an entity is tied (degree)" },
  { id: "betweenness", text: "betweenness", title: "How often an entity is on the shortest paths between others" },
];

/** The value of each node (a set of ids) by a measure. `ties` are "a~b" -> claims. Null if it cannot be computed. */
export function measure(name, nodes, ties) {
  if (name === "claims") {
    const found = new Map([...nodes].map((id) => [id, 0]));
    for (const [tie, claims] of ties) for (const id of tie.split("~")) found.set(id, found.get(id) + claims.length);
    return found;
  }
  const neighbours = adjacency(nodes, ties.keys());
  if (name === "degree") return new Map([...neighbours].map(([id, others]) => [id, others.size]));
  return nodes.size > MOST ? null : betweenness(neighbours);
}

/** The neighbours of each node, as sets. */
export function adjacency(nodes, ties) {
  const found = new Map([...nodes].map((id) => [id, new Set()]));
  for (const tie of ties) {
    const [a, b] = tie.split("~");
    if (a === b) continue;
    found.get(a).add(b);
    found.get(b).add(a);
  }
  return found;
}

/** The share of shortest paths between two others that pass through each node (Brandes 2001), from 0 to 1. */
export function betweenness(neighbours) {
  const ids = [...neighbours.keys()];
  const number = new Map(ids.map((id, at) => [id, at]));
  const next = ids.map((id) => [...neighbours.get(id)].map((other) => number.get(other)));
  const count = ids.length;
  const total = new Float64Array(count);
  const paths = new Float64Array(count);
  const share = new Float64Array(count);
  const distance = new Int32Array(count);
  for (let start = 0; start < count; start += 1) {
    paths.fill(0);
    share.fill(0);
    distance.fill(-1);
    paths[start] = 1;
    distance[start] = 0;
    const order = [start];
    for (let at = 0; at < order.length; at += 1) {
      const node = order[at];
      for (const other of next[node]) {
        if (distance[other] < 0) {
          distance[other] = distance[node] + 1;
          order.push(other);
        }
        if (distance[other] === distance[node] + 1) paths[other] += paths[node];
      }
    }
    for (let at = order.length - 1; at > 0; at -= 1) {
      const node = order[at];
      for (const other of next[node]) {
        if (distance[other] === distance[node] - 1) share[other] += (paths[other] / paths[node]) * (1 + share[node]);
      }
      total[node] += share[node];
    }
  }
  const pairs = (count - 1) * (count - 2); // each pair was counted from both of its ends
  return new Map(ids.map((id, at) => [id, pairs ? total[at] / pairs : 0]));
}
