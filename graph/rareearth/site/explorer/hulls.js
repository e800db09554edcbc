// The communities of the first picture, each as a pale area behind its members. Its name is that of the best tied one,
// which names.js writes larger.

const FEWEST = 5; // members that are shown
const MARGIN = 26; // pixels

export class Hulls {
  constructor(network) {
    this.network = network;
    this.sigma = network.sigma;
    this.sigma.createCanvasContext("hulls", { beforeLayer: "edges" });
    this.canvas = this.sigma.getCanvases().hulls;
    this.canvas.style.pointerEvents = "none";
    this.areas = [];
  }

  /** Find the areas of what is shown. Returns the ids of those who give a community its name. */
  order() {
    const { data, shown, where } = this.network;
    this.areas = [];
    if (where !== "core") return new Set();
    for (const { members } of data.communities) {
      const here = members.map((at) => data.entities[at].id).filter((id) => shown.has(id));
      if (here.length < FEWEST) continue;
      this.areas.push({ lead: here[0], corners: hull(here.map((id) => this.network.home(id))), members: here });
    }
    return new Set(this.areas.map(({ lead }) => lead));
  }

  draw() {
    const context = this.canvas.getContext("2d");
    const { width, height } = this.sigma.getDimensions();
    context.clearRect(0, 0, width, height);
    context.lineJoin = "round";
    const { hull: inside, edge } = this.network.style;
    context.fillStyle = inside;
    for (const { corners } of this.areas) {
      context.beginPath();
      for (const corner of corners) {
        const { x, y } = this.sigma.graphToViewport(corner);
        context.lineTo(x, y);
      }
      context.closePath();
      for (const [colour, thickness] of [[edge, MARGIN + 2], [inside, MARGIN]]) {
        context.strokeStyle = colour;
        context.lineWidth = thickness;
        context.stroke();
      }
      context.fill();
    }
  }
}

/** The corners of the smallest convex area around points (Andrew's monotone chain). */
function hull(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const side = (list) => {
    const found = [];
    for (const point of list) {
      while (found.length > 1 && turn(found.at(-2), found.at(-1), point) <= 0) found.pop();
      found.push(point);
    }
    return found.slice(0, -1);
  };
  return [...side(sorted), ...side([...sorted].reverse())];
}

function turn(a, b, c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
