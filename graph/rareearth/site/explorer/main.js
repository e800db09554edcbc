// The page: reads the data, and connects search, filters, network, table and card.

import { Card } from "./card.js";
import { between, read } from "./data.js";
import { element, swatch } from "./dom.js";
import { Filters } from "./filters.js";
import { Network, able } from "./graph.js";
import { search } from "./search.js";
import { Table } from "./table.js";

const $ = (id) => document.getElementById(id);
const data = read();
let chosen = {};
let network = null;
let fresh = true; // whether the next picture is of a new set of filters

const filters = new Filters(data, $("filters"), update);
const card = new Card(data, $("card"), (id) => choose({ node: id }, true), () => choose({}));
const table = new Table(data, $("table"), (id) => choose({ node: id }, true));
const finding = search($("search"), data, (id) => choose({ node: id }, true));
const legend = element("details", { class: "legend", open: innerWidth > 800 }, element("summary", { text: "Colours" }), element("ul"));

// ---- what is shown

function update() {
  const claims = filters.claims();
  const entities = filters.entities(claims);
  const edges = new Set(claims.filter((claim) => claim.object).map((claim) => `${claim.s} ${claim.p} ${claim.o}`)).size;
  $("count").textContent = `${entities.size} entities, ${edges} edges, ${claims.length} of ${data.claims.length} claims`;
  network?.show(entities, claims, fresh || Boolean(filters.named));
  fresh = false;
  if (!$("table").hidden) table.show(claims);
  colours(entities);
  filters.refresh();
}

/** The legend: the kinds that are shown, the most frequent first. */
function colours(entities) {
  const counts = new Map();
  for (const id of entities) {
    const { kind } = data.byId.get(id);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) =>
    element("li", {}, swatch(data.classes[kind]?.colour ?? data.noColour), data.classes[kind]?.en ?? kind, element("span", { class: "count", text: count })));
  legend.querySelector("ul").replaceChildren(...rows);
}

function view(name) {
  const asTable = name === "table" || !network;
  const back = $("network").hidden && !asTable;
  $("table").hidden = !asTable;
  $("network").hidden = asTable;
  $("as-table").setAttribute("aria-pressed", String(asTable));
  $("as-network").setAttribute("aria-pressed", String(!asTable));
  if (asTable) table.show(filters.claims());
  else if (back) network.sigma.resize(true).refresh();
}

// ---- what is selected: it is in the address after #, as li-bo or li-bo~csre

/** Open the card of {node} or {edge}, or close it. `focus` moves the keyboard focus there. */
function choose(selection, focus = false) {
  chosen = selection;
  const name = selection.node ?? selection.edge ?? "";
  if (decoded() !== name) {
    try {
      history.pushState(null, "", `#${encodeURIComponent(name)}`);
    } catch {
      // inside a notebook there is no address to write
    }
  }
  const passes = (claim) => filters.passes(claim);
  const title = selection.node ? card.entity(selection.node, passes) : selection.edge ? card.tie(selection.edge, passes) : card.hide();
  document.body.classList.toggle("with-card", Boolean(name));
  document.title = title ? `${title.textContent} – rareearth` : "rareearth";
  network?.sigma.resize();
  network?.mark(selection, Boolean(selection.node) && focus);
  if (focus) title?.focus();
  else if (!name && document.activeElement === document.body) (network?.canvas ?? $("results")).focus();
}

function decoded() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function follow() {
  const name = decoded();
  if (data.byId.has(name)) choose({ node: name });
  else if (name.includes("~") && between(data, ...name.split("~", 2)).length) choose({ edge: name });
  else choose({});
}

// ---- light and dark

const dark = matchMedia("(prefers-color-scheme: dark)");
function theme(name) {
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", `Switch to ${name === "dark" ? "light" : "dark"} colours`);
  network?.recolour();
}

// ---- on paper: everything that is shown, in light colours

let before = null; // what the screen had
function toPaper() {
  if (before) return; // some browsers say so twice
  before = { theme: document.documentElement.dataset.theme, legend: legend.open };
  theme("light");
  legend.open = true;
  if (!$("table").hidden) table.all(true);
  else if (network) $("network").prepend(network.picture());
}

function toScreen() {
  if (!before) return;
  document.querySelector(".printed")?.remove();
  if (!$("table").hidden) table.all(false);
  legend.open = before.legend;
  theme(before.theme);
  before = null;
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
  if (data.asOf) $("as-of-day").textContent = `as of ${data.asOf}`;
  if (able()) {
    try {
      network = new Network(data, $("network"), choose, () =>
        withoutNetwork("The drawing of the network was lost."));
      $("network").append(legend);
      legend.addEventListener("toggle", () => network?.sigma.resize(true).refresh()); // it takes room from the picture
    } catch (error) {
      console.warn(error);
    }
  }
  theme(dark.matches ? "dark" : "light");
  update();
  if (network) view("network");
  else withoutNetwork("This browser does not draw with WebGL, so there is no network.");
  if (location.hash) follow();

  dark.addEventListener("change", () => theme(dark.matches ? "dark" : "light"));
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  $("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  $("as-network").addEventListener("click", () => view("network"));
  $("as-table").addEventListener("click", () => view("table"));
  $("reset").addEventListener("click", () => {
    filters.preset("actors");
    finding.clear();
    choose({});
    fresh = true;
    update();
  });
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", toScreen);
  const drawer = (open) => {
    document.body.classList.toggle("with-filters", open);
    $("open-filters").setAttribute("aria-expanded", String(open));
  };
  const drawn = () => document.body.classList.contains("with-filters"); // on a small screen the filters are a drawer
  $("open-filters").addEventListener("click", () => drawer(!drawn()));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (drawn()) {
      drawer(false);
      $("open-filters").focus();
    } else if (chosen.node || chosen.edge) choose({});
  });
}

start();
// A handle for the console and for the tests; nothing here reads it.
globalThis.rareearth = { data, filters, get network() { return network; }, choose };
