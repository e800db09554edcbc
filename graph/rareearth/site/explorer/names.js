// The names next to the nodes: larger nodes first, and none that would cover another name or a larger node.

import { STYLES, font } from "./fonts.js";
import { Hulls } from "./hulls.js";
import { relations } from "./ties.js";

const MANY = 2000; // nodes
const MAX_LINE = 24; // characters
const MAX_LINES = 2;
const GAP = 5; // pixels between two names
const MAX_NAMES = 160; // names
const LARGE = 20; // the largest nodes: their names may cover smaller nodes
const MAX_TRIED = 700; // nodes that are tried for a name
const CELL = 64; // pixels

export class Names {
  constructor(network) {
    this.network = network;
    this.sigma = network.sigma;
    this.hulls = new Hulls(network);
    this.sigma.createCanvasContext("names", { beforeLayer: "mouse" });
    this.canvas = this.sigma.getCanvases().names;
    this.canvas.style.pointerEvents = "none";
    this.sigma.resize(true);
    this.context = this.canvas.getContext("2d");
    this.widths = new Map();
    this.ordered = [];
    this.leads = new Set();
    this.boxes = []; // of the names of the last picture, and what they are: for tests and for saving
    this.written = [];
    this.relations = [];
    this.sigma.on("afterRender", () => this.draw());
  }

  /** Put the shown nodes in the order in which they get a name. */
  order() {
    const { graph, shown } = this.network;
    this.leads = this.hulls.order();
    const size = (id) => graph.getNodeAttribute(id, "size");
    this.ordered = [...shown].sort((a, b) => this.leads.has(b) - this.leads.has(a) || size(b) - size(a) || (a < b ? -1 : 1));
  }

  draw() {
    const { context, network, sigma } = this;
    const { width, height } = sigma.getDimensions();
    context.clearRect(0, 0, width, height);
    context.lineJoin = "round";
    this.boxes = [];
    this.written = [];
    this.hulls.draw();
    const { chosen, pointed, cursor, near } = network;
    const known = (id) => id && network.graph.hasNode(id);
    const strong = new Set([pointed, cursor, chosen.node, ...(chosen.edge?.split("~") ?? [])].filter(known));
    const moving = this.moving();
    const others = moving ? [] : this.ordered.filter((id) => !strong.has(id) && (!near || near.has(id)));
    const seen = [...strong, ...others]
      .map((id) => this.disc(id))
      .filter(({ x, y }) => x > 0 && y > 0 && x < width && y < height);
    // Next to a selected node only names matter: the rest of the picture is pale.
    const covered = near ? () => 0 : counter(seen);
    const most = Math.max(LARGE, seen.length / 100);
    for (const [rank, disc] of seen.slice(0, MAX_TRIED).entries()) {
      if (this.boxes.length >= MAX_NAMES) break;
      this.name(disc, strong.has(disc.id), rank, covered, most);
    }
    this.relations = moving ? [] : relations(this, this.boxes);
    this.rings();
  }

  /** Write the name of a node, where there is room. */
  name({ id, x, y, radius }, bold, rank, covered, most) {
    const { width, height } = this.sigma.getDimensions();
    const style = this.leads.has(id) && !bold ? "lead" : bold ? "bold" : "plain";
    const lines = this.lines(id, bold);
    const wide = Math.max(...lines.map((line) => this.width(line, style)));
    const line = STYLES[style].line;
    const free = places(x, y, radius + 3, wide, line * lines.length, this.side(id))
      .filter((box) => bold || (inside(box, width, height) && !this.boxes.some((other) => meet(box, other))))
      .map((box) => ({ box, nodes: covered(box, radius, id) }))
      .sort((a, b) => a.nodes - b.nodes)[0];
    if (!free || (!bold && free.nodes > (rank < LARGE ? most : 0))) return;
    this.boxes.push(free.box);
    this.write(lines, (free.box[0] + free.box[2]) / 2, free.box[1], style);
  }

  /** On which side of its node a name is in a scene: away from its neighbours; 0 where they are all around. */
  side(id) {
    const { scene, graph } = this.network;
    const at = scene.at?.get(id);
    if (!at) return 0;
    const ways = [];
    graph.forEachEdge(id, (_, edge, a, b) => {
      const other = edge.hidden ? null : scene.at.get(a === id ? b : a);
      if (other && other !== at) ways.push(Math.sign(Math.round((at.x - other.x) / (1 + Math.abs(at.y - other.y) / 3))));
    });
    const sides = new Set(ways.filter(Boolean));
    return sides.size === 1 ? [...sides][0] : 0;
  }

  /** Rings around the nodes that are held in place. */
  rings() {
    const { context, network } = this;
    context.strokeStyle = network.style.ink;
    context.lineWidth = 1.5;
    for (const id of network.pins.keys()) {
      if (!network.shown.has(id)) continue;
      const { x, y, radius } = this.disc(id);
      context.beginPath();
      context.arc(x, y, radius + 4, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /** Whether a picture too large to be relabelled at once is moving; it gets its names when it stops. */
  moving() {
    if (this.network.graph.order <= MANY) return false;
    const state = JSON.stringify(this.sigma.getCamera().getState());
    if (state === this.state) return false;
    const first = this.state === undefined;
    this.state = state;
    if (first) return false;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.draw(), 150);
    return true;
  }

  /** Where a node is in the picture. */
  disc(id) {
    const node = this.network.graph.getNodeAttributes(id);
    return { id, ...this.sigma.graphToViewport(node), radius: this.sigma.scaleSize(node.size) };
  }

  write(lines, x, top, style) {
    const { context } = this;
    const { line: high } = STYLES[style];
    context.font = font(style);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    lines.forEach((line, at) => {
      const y = top + high * (at + 1) - 3;
      context.lineWidth = 4;
      context.strokeStyle = this.network.style.paper;
      context.strokeText(line, x, y);
      context.fillStyle = this.network.style.ink;
      context.fillText(line, x, y);
      this.written.push({ text: line, x, y, style });
    });
  }

  /** The name in lines; what is pointed at shows its Chinese name too. */
  lines(id, bold) {
    const { name, zh } = this.network.data.byId.get(id);
    const lines = wrapped(name, bold ? 4 : MAX_LINES);
    return bold && zh ? [...lines, zh] : lines;
  }

  width(line, style) {
    const name = style + line;
    if (!this.widths.has(name)) {
      this.context.font = font(style);
      this.widths.set(name, this.context.measureText(line).width);
    }
    return this.widths.get(name);
  }
}

/** Where a name may be: below, above, right and left of its node, as [left, top, right, bottom]; first at its side. */
function places(x, y, radius, wide, high, side) {
  const half = wide / 2 + GAP;
  const found = [
    [x - half, y + radius, x + half, y + radius + high + 2],
    [x - half, y - radius - high - 2, x + half, y - radius],
    [x + radius - GAP, y - high / 2, x + radius + wide + GAP, y + high / 2],
    [x - radius - wide - GAP, y - high / 2, x - radius + GAP, y + high / 2],
  ];
  return side ? [found[side > 0 ? 2 : 3], ...found.slice(0, 2), found[side > 0 ? 3 : 2]] : found;
}

/** A function that counts the nodes under a box; one that is larger than the box's own counts as too many. */
function counter(discs) {
  const cells = new Map();
  for (const disc of discs) {
    const cell = Math.floor(disc.x / CELL) * 4096 + Math.floor(disc.y / CELL);
    if (cells.has(cell)) cells.get(cell).push(disc);
    else cells.set(cell, [disc]);
  }
  return ([left, top, right, bottom], own, self) => {
    let count = 0;
    for (let column = Math.floor(left / CELL) - 1; column <= right / CELL + 1; column += 1) {
      for (let row = Math.floor(top / CELL) - 1; row <= bottom / CELL + 1; row += 1) {
        for (const { id, x, y, radius } of cells.get(column * 4096 + row) ?? []) {
          if (id !== self && x + radius > left && x - radius < right && y + radius > top && y - radius < bottom) {
            count += radius > own + 1 ? 1000 : 1;
          }
        }
      }
    }
    return count;
  };
}

function inside(box, width, height) {
  return box[0] > 0 && box[1] > 0 && box[2] < width && box[3] < height;
}

function meet(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** A name broken into lines; what does not fit is cut. */
export function wrapped(name, most) {
  const lines = [];
  let line = "";
  for (const word of name.split(/\s+/)) {
    if (line && line.length + word.length + 1 > MAX_LINE) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += " …";
  return kept.map((text) => (text.length > MAX_LINE + 12 ? `${text.slice(0, MAX_LINE + 10)} …` : text));
}
