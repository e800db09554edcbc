// The network, drawn by sigma. One line for each pair of entities and direction; it represents all their claims.

import { DirectedGraph } from "graphology";
import Sigma from "sigma";
import { animateNodes } from "sigma/utils";

import { element } from "./dom.js";
import { Names } from "./names.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MANY = 2000; // nodes above which something is left out while the picture moves
const HELP =
  "Network. Arrow keys go to the nearest entity in that direction, Enter opens its card, plus and minus zoom, 0 shows all.";

/** Whether this machine can draw: WebGL may be missing or switched off. */
export function able() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

export class Network {
  /** `choose({node} | {edge} | {}, by keyboard)` is called for a click or Enter; `lost()` when drawing has come to an end. */
  constructor(data, place, choose, lost) {
    this.data = data;
    this.choose = choose;
    this.chosen = {};
    this.pointed = null; // under the mouse
    this.cursor = null; // where the keyboard is
    this.shown = new Set();
    this.where = "";
    this.pale = 0.3;
    this.graph = filled(data);
    this.canvas = element("div", { id: "canvas", tabindex: "0", role: "application", "aria-label": HELP });
    this.spoken = element("p", { class: "unseen", "aria-live": "polite" });
    place.append(this.canvas, this.buttons(), this.spoken);
    const many = this.graph.order > MANY;
    this.sigma = new Sigma(this.graph, this.canvas, {
      renderLabels: false, // names.js does it: sigma's own cover each other
      defaultDrawNodeHover: () => {},
      defaultEdgeType: "arrow",
      enableEdgeEvents: true,
      zIndex: true,
      hideEdgesOnMove: many,
      minCameraRatio: 0.02,
      maxCameraRatio: 2,
      minEdgeThickness: many ? 0.6 : 1.4,
      stagePadding: innerWidth < 900 ? 20 : 48,
      allowInvalidContainer: true,
      nodeReducer: (id, node) => this.drawnNode(id, node),
      edgeReducer: (id, edge) => this.drawnEdge(id, edge),
    });
    // Layers that nothing is drawn on; without a graphics card each one costs time.
    for (const layer of ["edgeLabels", "labels", "hovers"]) this.sigma.getCanvases()[layer].style.display = "none";
    this.names = new Names(this);
    this.listen();
    for (const canvas of Object.values(this.sigma.getCanvases())) canvas.addEventListener("webglcontextlost", lost);
  }

  buttons() {
    const camera = () => this.sigma.getCamera();
    const button = (text, label, onclick) => element("button", { type: "button", text, "aria-label": label, title: label, onclick });
    return element("div", { class: "zoom" },
      button("+", "Zoom in", () => camera().animatedZoom({ duration: pace(200) })),
      button("−", "Zoom out", () => camera().animatedUnzoom({ duration: pace(200) })),
      button("⤢", "Show all", () => this.fit()));
  }

  listen() {
    const { sigma } = this;
    sigma.on("clickNode", ({ node }) => this.choose({ node }));
    sigma.on("clickEdge", ({ edge }) => this.choose({ edge }));
    sigma.on("clickStage", () => this.choose({}));
    sigma.on("enterNode", ({ node }) => this.point(node));
    sigma.on("leaveNode", () => this.point(null));
    sigma.on("enterEdge", ({ edge }) => this.point(null, edge));
    sigma.on("leaveEdge", () => this.point(null));
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("blur", () => this.moveTo(null));
  }

  // ---- what is shown

  /** Show these entities (a set of ids) with the ties of these claims. `fresh`: a new selection, seen whole. */
  show(entities, claims, fresh) {
    const counts = new Map();
    for (const claim of claims) {
      if (!claim.object) continue;
      const tie = `${claim.s}~${claim.o}`;
      if (counts.has(tie)) counts.get(tie).push(claim);
      else counts.set(tie, [claim]);
    }
    this.shown = entities;
    const degree = new Map();
    // Attributes are changed in place: if graphology were notified, sigma would redo everything each time.
    this.graph.forEachEdge((tie, edge, a, b) => {
      const said = counts.get(tie);
      edge.hidden = !said;
      if (!said) return;
      degree.set(a, (degree.get(a) ?? 0) + said.length);
      degree.set(b, (degree.get(b) ?? 0) + said.length);
      edge.size = 1.4 + Math.min(2.5, Math.sqrt(said.length - 1));
      edge.own = said[0].colour;
    });
    this.pale = Math.min(0.75, 0.3 + counts.size / 15000); // many lines would make a dark area
    const most = [...degree.values()].reduce((a, b) => Math.max(a, b), 1);
    const { width, height } = this.sigma.getDimensions();
    const room = Math.min(1.25, Math.max(0.6, Math.min(width, height) / 700)) * Math.max(0.4, Math.min(1, Math.sqrt(420 / (entities.size || 1))));
    this.graph.forEachNode((id, node) => {
      node.hidden = !entities.has(id) && id !== this.chosen.node;
      node.size = (3 + 12 * Math.sqrt((degree.get(id) ?? 0) / most)) * room;
    });
    this.near = this.around(this.chosen);
    this.place(entities, fresh);
    this.names.order();
    this.sigma.refresh();
  }

  /** Actors alone have their positions in the network of actors; with others, all have those in the full network. */
  place(entities, fresh) {
    const among = [...entities].every((id) => this.data.byId.get(id).among);
    const where = among && entities.size ? "among" : "at";
    if (where !== this.where) {
      const targets = {};
      this.graph.forEachNode((id) => {
        const entity = this.data.byId.get(id);
        const [x, y] = entity[where] ?? entity.at;
        targets[id] = { x, y };
      });
      if (this.where && pace(1) && this.graph.order < MANY) animateNodes(this.graph, targets, { duration: 500 });
      else this.graph.forEachNode((id, node) => Object.assign(node, targets[id]));
    }
    if (where === this.where && !fresh) return;
    this.where = where;
    this.frame();
    this.sigma.getCamera().setState({ x: 0.5, y: 0.5, angle: 0, ratio: 1 });
  }

  /** Make the shown entities fill the picture. */
  frame() {
    const box = { x: [Infinity, -Infinity], y: [Infinity, -Infinity] };
    for (const id of this.shown) {
      const entity = this.data.byId.get(id);
      const place = entity[this.where] ?? entity.at;
      for (const [axis, value] of [["x", place[0]], ["y", place[1]]]) {
        box[axis] = [Math.min(box[axis][0], value), Math.max(box[axis][1], value)];
      }
    }
    this.sigma.setCustomBBox(this.shown.size > 1 ? box : null);
  }

  fit() {
    this.frame();
    this.sigma.refresh();
    this.sigma.getCamera().animate({ x: 0.5, y: 0.5, angle: 0, ratio: 1 }, { duration: pace(300) });
  }

  // ---- what is chosen, and how that looks

  /** Mark a node or an edge, and bring it into sight where it is not; `near` goes near it in any case. */
  mark(chosen, near = false) {
    this.chosen = chosen;
    const { node } = chosen;
    this.graph.forEachNode((id, data) => {
      data.hidden = !this.shown.has(id) && id !== node;
    });
    this.near = this.around(chosen);
    this.sigma.refresh();
    const ends = node ? [node] : chosen.edge ? chosen.edge.split("~") : [];
    if (near || ends.some((id) => this.graph.hasNode(id) && !this.inSight(id))) this.goTo(ends[0], near);
  }

  inSight(id) {
    const { x, y } = this.sigma.graphToViewport(this.graph.getNodeAttributes(id));
    const { width, height } = this.sigma.getDimensions();
    return x > 20 && y > 20 && x < width - 20 && y < height - 20 - this.covered();
  }

  /** How much of the picture lies under the card, on a small screen. */
  covered() {
    const card = document.getElementById("card").getBoundingClientRect();
    const here = this.canvas.getBoundingClientRect();
    return card.left < here.right - 1 && card.height ? Math.max(0, here.bottom - card.top) : 0;
  }

  /** Move until a node is in the middle of what the card leaves free. */
  goTo(id, near) {
    const { width, height } = this.sigma.getDimensions();
    const state = this.sigma.getCamera().getState();
    const cameraState = { ...state, ...pick(this.sigma.getNodeDisplayData(id)), ratio: near ? Math.min(state.ratio, 0.5) : state.ratio };
    const [middle, target] = [0, this.covered()].map((under) =>
      this.sigma.viewportToFramedGraph({ x: width / 2, y: (height - under) / 2 }, { cameraState }));
    this.sigma.getCamera().animate({ ...cameraState, y: cameraState.y + middle.y - target.y }, { duration: pace(300) });
  }

  /** The nodes that stay bright: what is chosen or pointed at, and its neighbours over shown ties. Null: all. */
  around({ node, edge }) {
    if (edge) return new Set(edge.split("~"));
    if (!node || !this.graph.hasNode(node)) return null;
    const found = new Set([node]);
    this.graph.forEachEdge(node, (_, data, a, b) => {
      if (!data.hidden) found.add(a).add(b);
    });
    return found;
  }

  point(node, edge = null) {
    this.pointed = node;
    this.canvas.style.cursor = node || edge ? "pointer" : "";
    const target = node ? { node } : edge ? { edge } : this.chosen;
    this.near = this.around(target);
    this.sigma.refresh({ skipIndexation: true });
  }

  drawnNode(id, node) {
    if (node.hidden || !this.near || this.near.has(id)) {
      const strong = id === this.chosen.node || id === this.cursor || id === this.pointed;
      return { ...node, zIndex: strong ? 2 : 1, size: strong ? node.size + 2 : node.size };
    }
    return { ...node, color: mixed(node.color, this.paper, 0.78), zIndex: 0 };
  }

  drawnEdge(tie, edge) {
    if (edge.hidden) return edge;
    const [a, b] = tie.split("~");
    const centre = this.pointed ?? this.chosen.node;
    const bright = this.near && this.near.has(a) && this.near.has(b) && (!centre || a === centre || b === centre);
    if (bright) return { ...edge, color: edge.own, size: edge.size + 1, zIndex: 2 };
    return { ...edge, color: mixed(edge.own, this.paper, this.near ? 0.86 : this.pale), zIndex: 0 };
  }

  /** Take the colours of the theme. */
  recolour() {
    const style = getComputedStyle(document.documentElement);
    this.paper = style.getPropertyValue("--paper").trim();
    this.names.ink = style.getPropertyValue("--ink").trim();
    this.names.paper = this.paper;
    mixed.known.clear();
    if (this.shown.size) this.sigma.refresh();
  }

  /** The picture as one canvas that can be printed: what WebGL draws is gone when paper is made. */
  picture() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const layers = [...this.canvas.querySelectorAll("canvas")].filter((layer) => layer.style.display !== "none");
    const picture = element("canvas", { class: "printed", role: "img", "aria-label": "Network" });
    picture.width = Math.max(...layers.map((layer) => layer.width));
    picture.height = Math.round((picture.width * height) / width);
    const context = picture.getContext("2d");
    this.sigma.refresh();
    for (const layer of layers) context.drawImage(layer, 0, 0, picture.width, picture.height);
    return picture;
  }

  // ---- the keyboard

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = this.sigma.getCamera();
    if (ARROWS[event.key]) this.moveTo(this.nearest(...ARROWS[event.key]));
    else if (event.key === "Enter" && this.cursor) this.choose({ node: this.cursor }, true);
    else if (event.key === "+" || event.key === "=") camera.animatedZoom({ duration: pace(200) });
    else if (event.key === "-") camera.animatedUnzoom({ duration: pace(200) });
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  moveTo(id) {
    if (id === this.cursor) return;
    this.cursor = id;
    this.near = this.around(id ? { node: id } : this.chosen);
    if (id) {
      const entity = this.data.byId.get(id);
      this.spoken.textContent = `${entity.name}, ${entity.word}`;
      if (!this.inSight(id)) this.goTo(id);
    }
    this.sigma.refresh({ skipIndexation: true });
  }

  /** The shown node nearest in a direction; from nothing, the one nearest to the middle of the picture. */
  nearest(dx, dy) {
    const { width, height } = this.sigma.getDimensions();
    const from = this.cursor ?? (this.chosen.node && this.graph.hasNode(this.chosen.node) ? this.chosen.node : null);
    const at = from ? this.sigma.graphToViewport(this.graph.getNodeAttributes(from)) : { x: width / 2, y: height / 2 };
    let best = from;
    let least = Infinity;
    for (const id of this.shown) {
      if (id === from) continue;
      const { x, y } = this.sigma.graphToViewport(this.graph.getNodeAttributes(id));
      const along = (x - at.x) * dx + (y - at.y) * dy;
      const across = Math.abs((x - at.x) * dy) + Math.abs((y - at.y) * dx);
      const far = from ? along + 2 * across : Math.hypot(x - at.x, y - at.y);
      if ((!from || along > across) && far < least) [best, least] = [id, far];
    }
    return best;
  }
}

function filled(data) {
  const graph = new DirectedGraph();
  for (const entity of data.entities) {
    const [x, y] = entity.at;
    graph.addNode(entity.id, { x, y, size: 3, color: entity.colour, hidden: true });
  }
  for (const [tie, [claim]] of data.ties) {
    graph.addEdgeWithKey(tie, claim.s, claim.o, { size: 1, hidden: true, own: claim.colour });
  }
  return graph;
}

function pick({ x, y }) {
  return { x, y };
}

/** A duration, or none where the reader wants no motion. */
function pace(milliseconds) {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
}

/** A colour on its way to another: 0 is the first, 1 the second. Both as #rrggbb. */
function mixed(colour, other, part) {
  const name = colour + other + part;
  let found = mixed.known.get(name);
  if (!found) {
    const of = (text, at) => parseInt(text.slice(at, at + 2), 16);
    found = `#${[1, 3, 5]
      .map((at) => Math.round(of(colour, at) * (1 - part) + of(other, at) * part).toString(16).padStart(2, "0"))
      .join("")}`;
    mixed.known.set(name, found);
  }
  return found;
}
mixed.known = new Map();
