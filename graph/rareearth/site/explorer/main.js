// The page: reads the data, and connects search, filters, network, table, card and stories.

import { Card } from "./card.js";
import { between, read } from "./data.js";
import { element, swatch } from "./dom.js";
import { Filters } from "./filters.js";
import { Network, able } from "./graph.js";
import { measure } from "./measures.js";
import { Look, Menu } from "./panels.js";
import { toPaper, toScreen } from "./paper.js";
import { csv, svg } from "./saving.js";
import * as scenes from "./scenes.js";
import { search } from "./search.js";
import { StoryPanel, beginnings, storyScene } from "./stories.js";
import { placed, places, understood, view as asText, viewed, written } from "./state.js";
import { Table } from "./table.js";

const $ = (id) => document.getElementById(id);
const data = read();
let chosen = {}; // {node} or {edge}
let focused = []; // ids in focus, the centre first
let path = null; // [from, to]
let story = null; // {story, step}
let pathFrom = ""; // whose path is to lead to what is chosen next
let network = null;
let quiet = true; // while a state is taken, the address is not written

const passes = (claim) => filters.passes(claim);
const filters = new Filters(data, $("filters"), update);
const look = new Look(() => { network?.paint(); network?.names.order(); network?.sigma.refresh(); colours(); remember(); });
const card = new Card(data, $("card"), { go: (id) => choose({ node: id }, true), close: () => leave(), actions });
const panel = new StoryPanel(data, card, { go: (step) => tell(story.story, step, true), leave: () => whole() });
const table = new Table(data, $("table"), (id) => choose({ node: id }, true));
const finding = search($("search"), data, () => data.part("finding"), (id) => choose({ node: id }, true));
const legend = element("details", { class: "legend", open: innerWidth > 800 },
  element("summary", { text: "Legend" }), element("ul"), element("p", { class: "lines" }));

// ---- what is shown

function scene() {
  if (story) return storyScene(data, story.story, story.step);
  if (path) {
    const allowed = filters.passesFor(path);
    const found = scenes.paths(data, ...path, allowed);
    return { ...scenes.pathScene(data, found.length ? found : [path], allowed), found };
  }
  if (focused.length) return scenes.focus(data, focused, filters.passesFor(focused));
  const claims = filters.claims();
  return { claims, entities: filters.entities(claims), at: null, named: false, bright: null };
}

let shown = null;
function update(fresh = false) {
  shown = scene();
  count();
  network?.show(shown, fresh);
  if (!$("table").hidden) table.show(shown.claims);
  colours();
  filters.refresh();
  remember();
}

function count() {
  const { claims, entities } = shown;
  const edges = new Set(claims.filter((claim) => claim.object).map((claim) => `${claim.s} ${claim.p} ${claim.o}`)).size;
  const words = `${entities.size} entities, ${edges} edges, ${claims.length} of ${data.claims.length} claims`;
  const back = focused.length || path || story ? element("button", { type: "button", text: "Back to the whole network", onclick: () => whole() }) : "";
  const alone = entities.size === 1 && filters.base !== "full"
    ? element("button", { type: "button", text: "Nothing ties it here: show everything", onclick: () => { filters.preset("full"); update(true); } }) : "";
  const what = story ? `${story.story.title} – ` : focused.length ? "In focus: " : path ? "Path: " : "";
  $("count").replaceChildren(...[element("span", { text: what + words }), alone, back].filter(Boolean));
}

/** The legend: the colours of what is shown, and what the lines mean. */
function colours() {
  if (!network) return;
  const rows = network.painter.legend([...shown.entities].map((id) => data.byId.get(id))).map(([colour, text, number]) =>
    element("li", {}, swatch(colour), text, number === "" ? "" : element("span", { class: "count", text: number })));
  legend.querySelector("ul").replaceChildren(...rows);
  const dashed = shown.claims.some((claim) => claim.object && claim.expected);
  const line = (name, text) => element("span", {}, element("i", { class: name, "aria-hidden": "true" }), text);
  legend.querySelector(".lines").replaceChildren(line("solid", "is so, a source says"), dashed ? line("dashed", "only planned, announced or pledged") : "",
    network.names.leads.size ? line("area", "a community, named after its best tied actor") : "");
}

function view(name) {
  const asTable = name === "table" || !network;
  const back = $("network").hidden && !asTable;
  $("table").hidden = !asTable;
  $("network").hidden = asTable;
  $("as-table").setAttribute("aria-pressed", String(asTable));
  $("as-network").setAttribute("aria-pressed", String(!asTable));
  if (asTable) table.show(shown.claims);
  else if (back) network.sigma.resize(true).refresh();
  remember();
}

// ---- what is selected

/** Open the card of {node} or {edge}, or close it. `focus` moves the keyboard focus there. */
function choose(selection, focus = false) {
  if (pathFrom && selection.node && selection.node !== pathFrom) {
    findPath(pathFrom, selection.node);
    return;
  }
  pathFrom = "";
  chosen = selection;
  const title = selection.node ? card.entity(selection.node, passes)
    : selection.edge ? card.tie(selection.edge, passes)
      : story ? panel.show(story.story, story.step)
      : path ? card.paths(path, shown.found ?? [], filters.passesFor(path)) : card.hide();
  document.body.classList.toggle("with-card", Boolean(title));
  document.title = title ? `${title.textContent} – rareearth` : "rareearth";
  network?.sigma.resize();
  network?.mark(selection, Boolean(selection.node) && focus);
  if (focus) title?.focus();
  else if (!title && document.activeElement === document.body) (network?.canvas ?? $("results")).focus();
  remember(true);
}

/** Close the card, then the focus or path that it was opened in. */
function leave() {
  if (pathFrom) choose({ node: pathFrom });
  else if (chosen.node || chosen.edge) choose({});
  else if (path || focused.length || story) whole();
}

/** Show a step of a story; `focus` moves the keyboard focus to its heading. */
function tell(tale, step, focus) {
  if (step < 0 || step >= tale.steps.length) return;
  [path, focused, story] = [null, [], { story: tale, step }];
  enter({}, focus);
}

/** Put an entity in focus, or add one to what is. */
function focusOn(id) {
  [path, story] = [null, null];
  focused = focused.includes(id) ? [id] : focused.length && shown.entities.has(id) ? [...focused, id] : [id];
  enter({ node: id });
}

function collapse(id) {
  focused = focused.filter((other) => other !== id);
  enter({ node: id });
}

function findPath(from, to) {
  pathFrom = "";
  [path, focused, story] = [[from, to], [], null];
  enter({}, true);
}

function whole() {
  [path, focused, story] = [null, [], null];
  enter(chosen);
}

/** Show the scene that was just set, whole. */
function enter(selection, focus = false) {
  quiet = true;
  chosen = selection;
  if (network) network.chosen = selection;
  if (network && $("network").hidden) view("network");
  update(true);
  quiet = false;
  choose(selection, focus);
}

function actions({ id }) {
  if (!network) return [];
  const button = (text, title, onclick) => element("button", { type: "button", text, title, onclick });
  const expanded = focused.includes(id);
  const pinned = network.pins.has(id);
  const inScene = focused.length > 0 && shown.entities.has(id);
  return [
    !expanded && inScene ? button("Expand", "Add its neighbours to the picture", () => focusOn(id)) : "",
    focused.length > 1 && expanded && focused[0] !== id ? button("Collapse", "Take its neighbours out of the picture", () => collapse(id)) : "",
    focused[0] === id ? "" : button("Focus", "Show it with its neighbours around it (F)", () => { focused = []; focusOn(id); }),
    pathFrom === id
      ? element("p", { class: "hint", role: "status", text: "Choose the other end in the picture, or find it by name. Escape gives up." })
      : button("Path to …", "Show how it is connected with another", () => { pathFrom = id; card.entity(id, passes); $("find").focus(); }),
    button(pinned ? "Unpin" : "Pin", "Hold it in its place; dragging does so too", () => {
      if (pinned) network.unpin(id);
      else network.pin(id);
      card.entity(id, passes);
      remember();
    }),
  ];
}

// ---- the address

/** Write the state into the address; `step` makes one that the browser goes back to. */
let later = 0;
function remember(step = false) {
  if (quiet) return;
  clearTimeout(later);
  if (step) write(true);
  else later = setTimeout(() => write(false), 200);
}

function write(step) {
  const pairs = [...filters.state(), ...look.state()];
  if (path) pairs.unshift(["path", path.join("~")]);
  if (story) pairs.unshift(["story", `${story.story.name}.${story.step + 1}`]);
  if (focused.length) pairs.unshift(["focus", focused.length === 1 && focused[0] === chosen.node ? "" : focused.join(",")]);
  if (!$("table").hidden && network) pairs.push(["view", "table"]);
  if (network?.pins.size) pairs.push(["pin", places(network.pins)]);
  const camera = network ? asText(network.sigma.getCamera().getState()) : "";
  if (camera && !step) pairs.push(["camera", camera]);
  const text = written(chosen.node ?? chosen.edge ?? "", pairs);
  if (text === location.hash.slice(1)) return;
  try {
    const address = text ? `#${text}` : location.pathname + location.search;
    if (step) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  } catch {
    // inside a notebook there is no address to write
  }
}

/** Take the state that the address says. */
function follow() {
  const { chosen: name, given } = understood(location.hash);
  const known = (id) => data.byId.has(id);
  quiet = true;
  pathFrom = "";
  filters.restore(given);
  look.restore(given);
  if (network) network.look = look.values;
  const node = known(name) ? name : "";
  const edge = !node && name.includes("~") && between(data, ...name.split("~", 2)).length ? name : "";
  focused = given.has("focus") ? (given.get("focus") || node).split(",").filter(known) : [];
  const ends = (given.get("path") ?? "").split("~");
  path = ends.length === 2 && ends.every(known) && ends[0] !== ends[1] ? ends : null;
  const [named, step] = (given.get("story") ?? "").split(".");
  const found = data.part("stories").find?.(({ name }) => name === named);
  story = found?.steps[Number(step) - 1] ? { story: found, step: Number(step) - 1 } : null;
  chosen = node ? { node } : edge ? { edge } : {};
  if (network) network.chosen = chosen;
  update(true);
  view(given.get("view") === "table" ? "table" : "network");
  for (const [id, place] of network ? placed(given.get("pin"), known) : []) network.pin(id, place);
  const camera = viewed(given.get("camera"));
  choose(chosen, Boolean(story));
  if (camera) network?.sigma.getCamera().setState(camera);
  else if (network && node && !focused.length && !path && !story) network.mark(chosen, true);
  quiet = false;
}

// ---- light and dark

const dark = matchMedia("(prefers-color-scheme: dark)");
function theme(name) {
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", `Switch to ${name === "dark" ? "light" : "dark"} colours`);
  network?.recolour();
  if (shown) colours();
}

// ---- start

function withoutNetwork(why) {
  network = null;
  $("network").replaceChildren();
  $("as-network").disabled = true;
  $("message").textContent = `${why} The table holds the same claims.`;
  $("message").hidden = false;
  view("table");
}

function start() {
  $("as-of-day").textContent = [data.asOf && `as of ${data.asOf}`, data.knownBy && `known by ${data.knownBy}`].filter(Boolean).join(", ");
  if (data.home) $("home").replaceChildren(element("a", { href: data.home, text: "rareearth" }));
  if (able()) {
    try {
      network = new Network(data, $("network"), {
        choose, focus: focusOn, changed: remember, lost: () => withoutNetwork("The drawing of the network was lost."),
      });
      network.look = look.values;
      $("network").append(legend);
      legend.addEventListener("toggle", () => network?.sigma.resize(true).refresh()); // it takes room from the picture
    } catch (error) {
      console.warn(error);
    }
  }
  $("filters").querySelector(".presets").after(look.place);
  look.place.hidden = !network;
  new Menu($("save"), { network: () => network, claims: () => shown.claims, title: () => document.title });
  theme(dark.matches ? "dark" : "light");
  update(true);
  performance.mark("picture"); // scripts/bench/explorer.py reads it
  if (network) view("network");
  else withoutNetwork("This browser does not draw with WebGL, so there is no network.");
  introduce();
  follow();

  dark.addEventListener("change", () => theme(dark.matches ? "dark" : "light"));
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  $("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  $("as-network").addEventListener("click", () => view("network"));
  $("as-table").addEventListener("click", () => view("table"));
  $("reset").addEventListener("click", () => {
    finding.clear();
    filters.preset("actors");
    look.restore(new Map());
    network?.pins.clear();
    [path, focused, story, chosen] = [null, [], null, {}];
    if (network) network.where = "";
    enter({});
  });
  const paper = { theme, legend, table, network: () => network };
  addEventListener("beforeprint", () => toPaper(paper));
  addEventListener("afterprint", () => toScreen(paper));
  const drawer = (open) => {
    document.body.classList.toggle("with-filters", open);
    $("open-filters").setAttribute("aria-expanded", String(open));
  };
  const drawn = () => document.body.classList.contains("with-filters"); // on a small screen the filters are a drawer
  $("open-filters").addEventListener("click", () => drawer(!drawn()));
  document.addEventListener("keydown", (event) => {
    if (story && network && !chosen.node && !chosen.edge && !ownsArrows(event.target)) {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        tell(story.story, story.step + step, true);
      }
    }
    if (event.key !== "Escape") return;
    if (drawn()) {
      drawer(false);
      $("open-filters").focus();
    } else leave();
  });
}

/** Whether the arrow keys mean something where they were pressed: in a field, or in the picture. */
function ownsArrows(place) {
  return Boolean(place.closest?.("input, select, textarea, #canvas"));
}

/** One sentence of what this is, and the stories to start from. */
function introduce() {
  const stories = data.part("stories");
  if (network && stories.length) {
    $("stories").append(element("span", { text: "Start with a story:" }), ...beginnings(stories, (tale) => tell(tale, 0, true)));
  }
  $("what").textContent = `Who is who in the rare earth world: ${shown.entities.size} actors, and who owns, leads, supplies or funds whom. Each tie leads to the page that says so.`;
}

start();
// A handle for the console and for the tests; nothing here reads it.
globalThis.rareearth = {
  data, get story() { return story; }, filters, get network() { return network; }, get shown() { return shown; }, choose, focusOn, findPath, svg, csv,
  paths: scenes.paths, measure: (name) => measure(name, shown.entities, network.ties),
};
