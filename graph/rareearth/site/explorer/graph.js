// The network, drawn by sigma. One line for each pair of entities and direction; it represents all their claims.

import { DirectedGraph } from "graphology";
import Sigma from "sigma";
import { EdgeArrowProgram } from "sigma/rendering";
import { animateNodes } from "sigma/utils";

import { mixed, painter } from "./colours.js";
import { DashedArrow } from "./dashed.js";
import { element } from "./dom.js";
import { arrow, nearest } from "./keys.js";
import { measure } from "./measures.js";
import { Names } from "./names.js";

export const MANY = 2000; // nodes above which something is left out while the picture moves
const HELP = "Network. Arrow keys go to the nearest entity in that direction, Enter opens its card, F puts it in focus, plus and minus zoom, 0 shows all.";

/** Whether this machine can draw: WebGL may be missing or switched off. */
export function able() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

export class Network {
  /**
   * `on.choose({node} | {edge} | {}, by keyboard)` is called for a click or Enter, `on.focus(id)` for a double click or F,
   * `on.changed()` when something was moved, `on.lost()` when drawing has come to an end.
   */
  constructor(data, place, on) {
    this.data = data;
    this.on = on;
    this.chosen = {};
    this.pointed = null; // under the mouse
    this.cursor = null; // where the keyboard is
    this.shown = new Set();
    this.scene = { at: null, named: false, bright: null };
    this.look = { colour: "sphere", size: "claims" };
    this.pins = new Map(); // id -> {x, y}, in the picture that is shown
    this.where = "";
    this.graph = filled(data);
    this.canvas = element("div", { id: "canvas", tabindex: "0", role: "application", "aria-label": HELP });
    this.spoken = element("p", { class: "unseen", "aria-live": "polite" });
    place.append(this.canvas, this.buttons(), this.spoken);
    const many = this.graph.order > MANY;
    this.sigma = new Sigma(this.graph, this.canvas, {
      renderLabels: false, // names.js does it: sigma's own cover each other
      defaultDrawNodeHover: () => {},
      defaultEdgeType: "arrow",
      edgeProgramClasses: { arrow: EdgeArrowProgram, dashed: DashedArrow },
      enableEdgeEvents: true,
      zIndex: true,
      hideEdgesOnMove: many,
      doubleClickZoomingRatio: 1,
      minCameraRatio: 0.02,
      maxCameraRatio: 2,
      minEdgeThickness: many ? 0.6 : 1.2,
      stagePadding: innerWidth < 900 ? 20 : 48,
      allowInvalidContainer: true,
      nodeReducer: (id, node) => this.drawnNode(id, node),
      edgeReducer: (tie, edge) => this.drawnEdge(tie, edge),
    });
    // Layers that nothing is drawn on; without a graphics card each one costs time.
    for (const layer of ["edgeLabels", "labels", "hovers"]) this.sigma.getCanvases()[layer].style.display = "none";
    this.names = new Names(this);
    this.listen();
    for (const canvas of Object.values(this.sigma.getCanvases())) canvas.addEventListener("webglcontextlost", () => on.lost());
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
    let dragged = null;
    let moved = false;
    sigma.on("clickNode", ({ node }) => { if (!moved) this.on.choose({ node }); });
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => { preventSigmaDefault(); this.on.focus(node); });
    sigma.on("clickEdge", ({ edge }) => this.on.choose({ edge }));
    sigma.on("clickStage", () => { if (!moved) this.on.choose({}); });
    sigma.on("enterNode", ({ node }) => this.point(node));
    sigma.on("leaveNode", () => this.point(null));
    sigma.on("enterEdge", ({ edge }) => this.point(null, edge));
    sigma.on("leaveEdge", () => this.point(null));
    sigma.on("downNode", ({ node }) => { [dragged, moved] = [node, false]; });
    sigma.on("downStage", () => { moved = false; });
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (!dragged) return;
      moved = true;
      this.pin(dragged, sigma.viewportToGraph(event));
      preventSigmaDefault();
      event.original.preventDefault();
    });
    const drop = () => {
      if (dragged && moved) this.on.changed();
      dragged = null;
    };
    sigma.on("upNode", drop);
    sigma.on("upStage", drop);
    sigma.getCamera().on("updated", () => this.on.changed());
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("blur", () => this.moveTo(null));
  }

  // ---- what is shown

  /** Show a scene (see scenes.js). `fresh`: another picture, seen whole. */
  show(scene, fresh) {
    this.scene = scene;
    this.shown = scene.entities;
    this.ties = new Map();
    for (const claim of scene.claims) {
      if (!claim.object) continue;
      const tie = `${claim.s}~${claim.o}`;
      if (this.ties.has(tie)) this.ties.get(tie).push(claim);
      else this.ties.set(tie, [claim]);
    }
    // Attributes are changed in place: if graphology were notified, sigma would redo everything each time.
    this.graph.forEachEdge((tie, edge) => {
      const said = this.ties.get(tie);
      edge.hidden = !said;
      if (!said) return;
      edge.size = 1.2 + Math.min(2.5, Math.sqrt(said.length - 1));
      edge.type = said.every((claim) => claim.expected) ? "dashed" : "arrow";
    });
    this.pale = Math.min(0.8, 0.3 + this.ties.size / 20000); // many lines would make a dark area
    this.paint();
    this.near = this.around(this.chosen);
    this.place(fresh);
    this.names.order();
    this.sigma.refresh();
  }

  /** Take sizes and colours from the look. */
  paint() {
    const by = (name) => (["claims", "degree", "betweenness"].includes(name) ? measure(name, this.shown, this.ties) : null);
    const values = by(this.look.size);
    this.painter = painter(this.data, this.look.colour, by(this.look.colour), this.style);
    const most = values ? Math.max(...values.values(), 1e-12) : 1;
    const { width, height } = this.sigma.getDimensions();
    const fair = Math.min(1.25, Math.max(0.6, Math.min(width, height) / 700));
    const room = this.scene.at ? 1 : fair * Math.max(0.4, Math.min(1, Math.sqrt(420 / (this.shown.size || 1))));
    this.graph.forEachNode((id, node) => {
      node.hidden = !this.shown.has(id) && id !== this.chosen.node;
      node.size = values ? (3 + 12 * Math.sqrt((values.get(id) ?? 0) / most)) * room : 6 * room;
      if (!node.hidden) node.color = this.painter.of(this.data.byId.get(id));
    });
  }

  /** The place of each picture: of its own in a scene; the first picture, actors and everything have one each. */
  place(fresh) {
    const every = (name) => [...this.shown].every((id) => this.data.byId.get(id)[name]);
    const where = this.scene.at ? "scene" : ["core", "among"].find(every) ?? "at";
    if (where !== this.where) this.pins.clear();
    if (where !== this.where || where === "scene") {
      const targets = {};
      this.graph.forEachNode((id) => {
        const entity = this.data.byId.get(id);
        const [x, y] = entity[where] ?? entity.at;
        targets[id] = this.pins.get(id) ?? this.scene.at?.get(id) ?? { x, y };
      });
      if (this.where && pace(1) && this.graph.order < MANY && !this.scene.at) animateNodes(this.graph, targets, { duration: 500 });
      else this.graph.forEachNode((id, node) => Object.assign(node, targets[id]));
    }
    if (where === this.where && !fresh) return;
    this.where = where;
    this.frame();
    this.sigma.getCamera().setState({ x: 0.5, y: 0.5, angle: 0, ratio: 1 });
  }

  /** Where an entity is in the picture, when nothing moves. */
  home(id) {
    const entity = this.data.byId.get(id);
    const [x, y] = entity[this.where] ?? entity.at;
    return this.scene.at?.get(id) ?? { x, y };
  }

  /** Make the shown entities, or those of a scene that are bright, fill the picture. */
  frame() {
    const box = { x: [Infinity, -Infinity], y: [Infinity, -Infinity] };
    for (const id of this.scene.bright ?? this.shown) {
      const place = this.home(id);
      for (const axis of ["x", "y"]) box[axis] = [Math.min(box[axis][0], place[axis]), Math.max(box[axis][1], place[axis])];
    }
    if (this.scene.at) { // room for names at both sides, and no extreme closeness
      const least = 260;
      for (const [axis, more] of [["x", 90], ["y", 30]]) {
        const spare = Math.max(more, (least - (box[axis][1] - box[axis][0])) / 2);
        box[axis] = [box[axis][0] - spare, box[axis][1] + spare];
      }
    }
    this.sigma.setCustomBBox(this.shown.size > 1 || this.scene.at ? box : null);
  }

  fit() {
    this.frame();
    this.sigma.refresh();
    this.sigma.getCamera().animate({ x: 0.5, y: 0.5, angle: 0, ratio: 1 }, { duration: pace(300) });
  }

  // ---- what is held in place

  /** Hold a node at a place; without one, where it is. */
  pin(id, place = this.graph.getNodeAttributes(id)) {
    const { x, y } = place;
    this.pins.set(id, { x, y });
    Object.assign(this.graph.getNodeAttributes(id), { x, y });
    this.sigma.refresh({ partialGraph: { nodes: [id], edges: this.graph.edges(id) }, skipIndexation: false });
  }

  unpin(id) {
    this.pins.delete(id);
    Object.assign(this.graph.getNodeAttributes(id), this.home(id));
    this.sigma.refresh();
  }

  // ---- what is chosen, and how that looks

  /** Mark a node or an edge, and bring it into sight where it is not; `near` goes near it in any case. */
  mark(chosen, near = false) {
    this.chosen = chosen;
    const { node } = chosen;
    this.graph.forEachNode((id, data) => {
      data.hidden = !this.shown.has(id) && id !== node;
      if (id === node && !this.shown.has(id)) data.color = this.painter.of(this.data.byId.get(id));
    });
    this.near = this.around(chosen);
    this.sigma.refresh();
    const ends = node ? [node] : chosen.edge ? chosen.edge.split("~") : [];
    if (near || ends.some((id) => this.graph.hasNode(id) && !this.inSight(id))) this.goTo(ends[0], near);
  }

  inSight(id) {
    const { x, y } = this.sigma.graphToViewport(this.graph.getNodeAttributes(id));
    const { width, height } = this.sigma.getDimensions();
    return x > 20 && y > 20 && x < width - 20 && y < height - 20;
  }

  /** Move until a node is in the middle. */
  goTo(id, near) {
    if (!this.canvas.clientWidth) return; // behind the table
    const state = this.sigma.getCamera().getState();
    const ratio = near && !this.scene.at ? Math.min(state.ratio, 0.4) : state.ratio;
    const { x, y } = this.sigma.getNodeDisplayData(id);
    this.sigma.getCamera().animate({ ...state, x, y, ratio }, { duration: pace(300) });
  }

  /** The nodes that stay bright: what is chosen or pointed at, and its neighbours over shown ties. Null: all. */
  around({ node, edge }) {
    if (edge) return new Set(edge.split("~"));
    if (!node || !this.graph.hasNode(node) || (this.scene.centres?.has(node) && this.pointed !== node)) return this.scene.bright;
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
    return { ...node, color: mixed(node.color, this.style.paper, 0.78), zIndex: 0 };
  }

  drawnEdge(tie, edge) {
    if (edge.hidden) return edge;
    if (this.isBright(tie)) return { ...edge, color: this.style.line, size: edge.size + 0.6, zIndex: 2 };
    return { ...edge, color: mixed(this.style.line, this.style.paper, this.near ? 0.86 : this.pale), zIndex: 0 };
  }

  /** Whether a tie is among what is chosen or pointed at; in a scene, all are where nothing is. */
  isBright(tie) {
    if (!this.near) return Boolean(this.scene.at);
    if (this.scene.ofStep && !this.pointed && !this.chosen.node && !this.ties.get(tie)?.some((claim) => this.scene.ofStep.has(claim))) return false;
    const [a, b] = tie.split("~");
    const centre = this.pointed ?? this.chosen.node ?? this.cursor;
    return this.near.has(a) && this.near.has(b) && (!centre || a === centre || b === centre);
  }

  /** Take the colours of the theme. */
  recolour() {
    const theme = getComputedStyle(document.documentElement);
    const colour = (name) => theme.getPropertyValue(`--${name}`).trim();
    this.style = Object.fromEntries(["paper", "ink", "faint", "low", "high", "hull", "edge"].map((name) => [name, colour(name)]));
    this.style.line = colour("tie");
    if (!this.shown.size) return;
    this.paint();
    this.sigma.refresh();
  }

  /** The picture as one canvas: what WebGL draws is gone when it is read later. */
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
    const here = this.cursor ?? this.chosen.node;
    const direction = arrow(event.key);
    if (direction) this.moveTo(nearest(this, ...direction));
    else if (event.key === "Enter" && this.cursor) this.on.choose({ node: this.cursor }, true);
    else if (event.key === "f" && here) this.on.focus(here);
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
}

function filled(data) {
  const graph = new DirectedGraph();
  for (const entity of data.entities) {
    const [x, y] = entity.at;
    graph.addNode(entity.id, { x, y, size: 3, color: data.noColour, hidden: true });
  }
  for (const [tie, [claim]] of data.ties) graph.addEdgeWithKey(tie, claim.s, claim.o, { size: 1, hidden: true, type: "arrow" });
  return graph;
}

/** A duration, or none where the reader wants no motion. */
export function pace(milliseconds) {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
}
