// The names next to the nodes: larger nodes first, and none that would cover another name or a larger node.

const MANY = 2000; // nodes
const SIZE = 12;
const LINE = 14;
const MAX_LINE = 24; // characters
const MAX_LINES = 2;
const GAP = 5; // pixels between two names
const MAX_NAMES = 160; // names
const LARGE = 20; // the largest nodes: their names may cover smaller nodes
const MAX_TRIED = 700; // nodes that are tried for a name
const CELL = 64; // pixels
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif';

export class Names {
  constructor(network) {
    this.network = network;
    this.sigma = network.sigma;
    this.sigma.createCanvasContext("names", { beforeLayer: "mouse" });
    this.canvas = this.sigma.getCanvases().names;
    this.canvas.style.pointerEvents = "none";
    this.sigma.resize(true);
    this.context = this.canvas.getContext("2d");
    this.widths = new Map();
    this.ordered = [];
    this.boxes = []; // of the names of the last picture, for tests
    this.sigma.on("afterRender", () => this.draw());
  }

  /** Put the shown nodes in the order in which they get a name. */
  order() {
    const { graph, shown } = this.network;
    const size = (id) => graph.getNodeAttribute(id, "size");
    this.ordered = [...shown].sort((a, b) => size(b) - size(a) || (a < b ? -1 : 1));
  }

  draw() {
    const { context, network, sigma } = this;
    const { width, height } = sigma.getDimensions();
    context.clearRect(0, 0, width, height);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    this.boxes = [];
    const { chosen, pointed, cursor, near } = network;
    const known = (id) => id && network.graph.hasNode(id);
    const strong = new Set([pointed, cursor, chosen.node, ...(chosen.edge?.split("~") ?? [])].filter(known));
    const others = this.moving() ? [] : this.ordered.filter((id) => !strong.has(id) && (!near || near.has(id)));
    const seen = [...strong, ...others]
      .map((id) => this.disc(id))
      .filter(({ x, y }) => x > 0 && y > 0 && x < width && y < height);
    // Next to a selected node only names matter: the rest of the picture is pale.
    const covered = near ? () => 0 : counter(seen);
    const most = Math.max(LARGE, seen.length / 100);
    for (const [rank, { id, x, y, radius }] of seen.slice(0, MAX_TRIED).entries()) {
      if (this.boxes.length >= MAX_NAMES) break;
      const bold = strong.has(id);
      const lines = this.lines(id, bold);
      const wide = Math.max(...lines.map((line) => this.width(line, bold)));
      const free = places(x, y, radius + 3, wide, LINE * lines.length)
        .filter((box) => bold || (inside(box, width, height) && !this.boxes.some((other) => meet(box, other))))
        .map((box) => ({ box, nodes: covered(box, radius) }))
        .sort((a, b) => a.nodes - b.nodes)[0];
      if (!free || (!bold && free.nodes > (rank < LARGE ? most : 0))) continue;
      this.boxes.push(free.box);
      this.write(lines, (free.box[0] + free.box[2]) / 2, free.box[1], bold);
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

  write(lines, x, top, bold) {
    const { context } = this;
    context.font = font(bold);
    lines.forEach((line, at) => {
      const y = top + LINE * (at + 1) - 3;
      context.lineWidth = 4;
      context.strokeStyle = this.paper;
      context.strokeText(line, x, y);
      context.fillStyle = this.ink;
      context.fillText(line, x, y);
    });
  }

  /** The name in lines; what is pointed at shows its Chinese name too. */
  lines(id, bold) {
    const { name, zh } = this.network.data.byId.get(id);
    const lines = wrapped(name, bold ? 4 : MAX_LINES);
    return bold && zh ? [...lines, zh] : lines;
  }

  width(line, bold) {
    const name = (bold ? "b" : "n") + line;
    if (!this.widths.has(name)) {
      this.context.font = font(bold);
      this.widths.set(name, this.context.measureText(line).width);
    }
    return this.widths.get(name);
  }
}

function font(bold) {
  return `${bold ? "600" : "400"} ${SIZE}px ${FONT}`;
}

/** Where a name may be: below, above, right and left of its node, as [left, top, right, bottom]. */
function places(x, y, radius, wide, high) {
  const half = wide / 2 + GAP;
  return [
    [x - half, y + radius, x + half, y + radius + high + 2],
    [x - half, y - radius - high - 2, x + half, y - radius],
    [x + radius - GAP, y - high / 2, x + radius + wide + GAP, y + high / 2],
    [x - radius - wide - GAP, y - high / 2, x - radius + GAP, y + high / 2],
  ];
}

/** A function that counts the nodes under a box; one that is larger than the box's own counts as too many. */
function counter(discs) {
  const cells = new Map();
  for (const disc of discs) {
    const cell = Math.floor(disc.x / CELL) * 4096 + Math.floor(disc.y / CELL);
    if (cells.has(cell)) cells.get(cell).push(disc);
    else cells.set(cell, [disc]);
  }
  return ([left, top, right, bottom], own) => {
    let count = 0;
    for (let column = Math.floor(left / CELL) - 1; column <= right / CELL + 1; column += 1) {
      for (let row = Math.floor(top / CELL) - 1; row <= bottom / CELL + 1; row += 1) {
        for (const { x, y, radius } of cells.get(column * 4096 + row) ?? []) {
          if (x + radius > left && x - radius < right && y + radius > top && y - radius < bottom) {
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
