// The names beside the nodes: the larger nodes first, and none where it would cover another name or a larger node.

const SIZE = 12;
const LINE = 14;
const LONGEST = 24; // characters in a line
const LINES = 2;
const AIR = 5; // pixels between two names
const MOST = 160;
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
    this.boxes = []; // of the names of the last picture, for whoever checks them
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
    const taken = [];
    const { chosen, pointed, cursor, near } = network;
    const strong = [...new Set([pointed, cursor, chosen.node, ...(chosen.edge?.split("~") ?? [])])].filter((id) => id && network.graph.hasNode(id));
    const first = new Set(strong);
    const rest = near ? [...this.ordered].filter((id) => near.has(id)) : this.ordered;
    for (const id of [...strong, ...rest.filter((id) => !first.has(id))]) {
      if (this.boxes.length >= MOST) break;
      const node = network.graph.getNodeAttributes(id);
      const { x, y } = sigma.graphToViewport(node);
      if (x < -50 || y < -50 || x > width + 50 || y > height + 50) continue;
      const radius = sigma.scaleSize(node.size);
      const disc = [x - radius, y - radius, x + radius, y + radius];
      const bold = first.has(id);
      const lines = this.lines(id, bold);
      const wide = Math.max(...lines.map((line) => this.width(line, bold)));
      const top = y + radius + 3;
      const box = [x - wide / 2 - AIR, top, x + wide / 2 + AIR, top + LINE * lines.length + AIR / 2];
      if (bold || !taken.some((other) => meet(box, other))) {
        this.boxes.push(box);
        taken.push(box, disc);
        this.write(lines, x, top, bold);
      } else taken.push(disc);
    }
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
    const lines = wrapped(name, bold ? 4 : LINES);
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

function meet(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** A name in lines of some length; what does not go into the last one is cut. */
export function wrapped(name, most) {
  const lines = [];
  let line = "";
  for (const word of name.split(/\s+/)) {
    if (line && line.length + word.length + 1 > LONGEST) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += " …";
  return kept.map((text) => (text.length > LONGEST + 12 ? `${text.slice(0, LONGEST + 10)} …` : text));
}
