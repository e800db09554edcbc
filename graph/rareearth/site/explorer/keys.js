// Going through the picture with the arrow keys.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The direction of an arrow key, undefined for another key. */
export function arrow(key) {
  return ARROWS[key];
}

/** The shown node nearest in a direction; from nothing, the one nearest to the middle of the picture. */
export function nearest({ sigma, graph, shown, cursor, chosen }, dx, dy) {
  const { width, height } = sigma.getDimensions();
  const from = cursor ?? (chosen.node && graph.hasNode(chosen.node) ? chosen.node : null);
  const at = from ? sigma.graphToViewport(graph.getNodeAttributes(from)) : { x: width / 2, y: height / 2 };
  let best = from;
  let least = Infinity;
  for (const id of shown) {
    if (id === from) continue;
    const { x, y } = sigma.graphToViewport(graph.getNodeAttributes(id));
    const along = (x - at.x) * dx + (y - at.y) * dy;
    const across = Math.abs((x - at.x) * dy) + Math.abs((y - at.y) * dx);
    const far = from ? along + 2 * across : Math.hypot(x - at.x, y - at.y);
    if ((!from || along > across) && far < least) [best, least] = [id, far];
  }
  return best;
}
