// Which claims are shown: the values chosen in each group, and a date. A value's count is the number of claims
// (of entities, for kinds) that it would show with the other groups as they are.

import { bounds, meets } from "./days.js";
import { element, swatch } from "./dom.js";

const MANY = 12; // values above which a group gets a field to narrow its list
const ROWS = 40; // of a group at a time; the field finds the others

export class Filters {
  /** `changed(fresh)` is called when what is shown has changed; `fresh` if it is another picture. */
  constructor(data, place, changed) {
    this.data = data;
    this.changed = changed;
    this.groups = groups(data);
    this.rows = new Map();
    this.build(place);
    this.preset("actors");
  }

  /** The two selections to start from: actors, without what is in a layer that is off, and everything. */
  preset(name, layers = []) {
    for (const group of this.groups) group.chosen = this.initial(group, name, layers);
    this.day = "";
    this.undated = false; // as in `--as-of`; the box adds them
    this.loners = false;
    this.base = name;
    this.layers = new Set(layers);
  }

  initial(group, name, layers) {
    const all = name !== "actors" || !group.actors;
    return new Set(group.values.filter((value) => all || group.actors(value.id, layers)).map((value) => value.id));
  }

  /** Whether a claim is shown. */
  passes(claim) {
    return this.groups.every((group) => group.has(claim)) && this.inTime(claim);
  }

  /** Whether a claim is shown in a scene about some entities (ids): they are there whatever their kind. */
  passesFor(ids) {
    const [kind, ...others] = this.groups;
    const ok = (entity) => !entity || ids.includes(entity.id) || kind.chosen.has(entity.kind);
    return (claim) => ok(claim.subject) && ok(claim.object) && others.every((group) => group.has(claim)) && this.inTime(claim);
  }

  /** The same as `--as-of`: a claim that may have been in effect on some day of the date. */
  inTime(claim) {
    if (!this.day) return true;
    if (claim.undated) return this.undated;
    return meets(claim, bounds(this.day));
  }

  /** The claims shown. */
  claims() {
    return this.data.claims.filter((claim) => this.passes(claim));
  }

  /** The entities shown: the ends of shown ties, and the rest of the chosen kinds where it is asked for. */
  entities(claims) {
    const shown = new Set();
    for (const claim of claims) if (claim.object) shown.add(claim.s).add(claim.o);
    if (this.loners) {
      const kinds = this.groups[0].chosen;
      for (const entity of this.data.entities) if (kinds.has(entity.kind)) shown.add(entity.id);
    }
    return shown;
  }

  // ---- as text, for the address

  /** What differs from the selection to start from, as [name, text] pairs. */
  state() {
    const found = [];
    if (this.base !== "actors") found.push(["show", this.base]);
    if (this.layers.size && this.base === "actors") found.push(["layers", [...this.layers].sort().join(",")]);
    for (const group of this.groups) {
      const initial = this.initial(group, this.base, [...this.layers]);
      if (initial.size === group.chosen.size && [...initial].every((id) => group.chosen.has(id))) continue;
      const out = group.values.map(({ id }) => id).filter((id) => !group.chosen.has(id));
      const less = out.length < group.chosen.size;
      found.push([group.name, (less ? ["not", ...out] : [...group.chosen].sort()).join(",")]);
    }
    if (this.day) found.push(["day", this.day]);
    if (this.day && this.undated) found.push(["undated", "yes"]);
    if (this.loners) found.push(["alone", "yes"]);
    return found;
  }

  /** Take a state from the address, with what it does not name as at first. Unknown values are passed over. */
  restore(given) {
    const list = (name) => (given.get(name) ?? "").split(",").filter(Boolean);
    this.preset(given.get("show") === "full" ? "full" : "actors", list("layers").filter((layer) => this.data.layers.includes(layer)));
    for (const group of this.groups) {
      if (!given.has(group.name)) continue;
      const [first, ...rest] = list(group.name);
      const known = (ids) => ids.filter((id) => group.values.some((value) => value.id === id));
      const out = first === "not" ? new Set(known(rest)) : null;
      group.chosen = out ? new Set(group.values.map(({ id }) => id).filter((id) => !out.has(id))) : new Set(known(list(group.name)));
    }
    this.day = bounds(given.get("day") ?? "") ? given.get("day") : "";
    this.undated = given.get("undated") === "yes";
    this.loners = given.get("alone") === "yes";
  }

  // ---- the panel

  build(place) {
    const preset = (name, text) =>
      element("label", {}, element("input", { type: "radio", name: "preset", value: name, onchange: () => this.take(() => this.preset(name, [...this.layers]), true) }), text);
    const layer = (name) =>
      element("label", { class: "layer" }, element("input", { type: "checkbox", value: name, onchange: (event) => this.switch(name, event.target.checked) }), name);
    this.layerBoxes = element("div", { class: "layers", role: "group", "aria-label": "Layers" }, element("span", { text: "with" }), this.data.layers.map(layer));
    this.presets = element("fieldset", { class: "presets" }, element("legend", { text: "Show" }),
      preset("actors", "Actors and their ties"), this.layerBoxes, preset("full", "Everything that is claimed"));
    this.lonersBox = element("input", { type: "checkbox", id: "loners", onchange: () => this.take(() => { this.loners = this.lonersBox.checked; }) });
    place.append(this.presets, this.buildTime());
    this.rest = element("div", {}, element("label", {}, this.lonersBox, "also what has no tie shown"));
    for (const group of this.groups) this.rest.append(this.buildGroup(group));
    place.append(this.rest);
  }

  /** Switch a layer on or off: add or remove its kinds. */
  switch(layer, on) {
    const kind = this.groups[0];
    this.take(() => {
      if (on) this.layers.add(layer);
      else this.layers.delete(layer);
      for (const { id } of kind.values) {
        if (this.data.classes[id]?.layer !== layer) continue;
        if (on) kind.chosen.add(id);
        else kind.chosen.delete(id);
      }
    }, true);
  }

  buildTime() {
    const years = this.data.claims.flatMap((c) => [c.start, c.end]).filter(Boolean).map((day) => Math.floor(day / 10000));
    const from = years.reduce((a, b) => Math.min(a, b), 2100);
    const to = years.reduce((a, b) => Math.max(a, b), 0);
    const box = (id, onchange) => element("input", { type: "checkbox", id, onchange });
    this.dayBox = box("by-day", () => this.setDay(this.dayBox.checked ? this.dayShown.value || this.slider.value : ""));
    this.slider = element("input", {
      type: "range", id: "year", min: from, max: Math.max(from, to), step: 1, value: Math.min(to, this.data.newest || to), "aria-label": "Year",
      oninput: () => this.setDay(this.slider.value),
    });
    this.dayShown = element("input", {
      type: "text", id: "day", size: 10, placeholder: "2021-12", inputmode: "numeric", "aria-label": "As of a day, month or year",
      "aria-describedby": "day-form", onchange: () => this.setDay(this.dayShown.value.trim()),
    });
    this.dayForm = element("p", { id: "day-form", class: "hint", text: "a year, a month (2021-12) or a day" });
    this.undatedBox = box("undated", () => this.take(() => { this.undated = this.undatedBox.checked; }));
    this.undatedCount = element("span", { class: "count" });
    return element("fieldset", { class: "time" }, element("legend", { text: "Time" }),
      element("div", { class: "row" }, element("label", {}, this.dayBox, "as of"), this.dayShown), this.dayForm, this.slider,
      element("label", {}, this.undatedBox, "include undated claims", this.undatedCount));
  }

  /** Show what was true on a date; "" for all times. What is no date is said, and changes nothing. */
  setDay(day) {
    const wrong = Boolean(day) && !bounds(day);
    this.dayShown.toggleAttribute("aria-invalid", wrong);
    this.dayForm.textContent = wrong ? `“${day}” is no date: write 2021, 2021-12 or 2021-12-23` : "a year, a month (2021-12) or a day";
    this.dayForm.classList.toggle("wrong", wrong);
    if (!wrong) this.take(() => { this.day = day; });
  }

  buildGroup(group) {
    group.list = element("ul");
    const every = (text, ids) => element("button", { type: "button", text, "aria-label": `${text}: ${group.title}`,
      onclick: () => this.take(() => { group.chosen = new Set(ids); }) });
    const tools = element("div", { class: "row" }, every("all", group.values.map((v) => v.id)), every("none", []));
    if (group.values.length > MANY) {
      tools.append(element("input", { type: "search", placeholder: "narrow the list", "aria-label": `Narrow the list: ${group.title}`,
        oninput: (event) => this.listRows(group, event.target.value.toLowerCase()) }));
    }
    group.more = element("p", { class: "hint" });
    group.summary = element("span", { class: "count" });
    group.place = element("details", { "data-group": group.name, ontoggle: () => this.listRows(group, "") },
      element("summary", {}, group.title, group.summary),
      element("div", { role: "group", "aria-label": group.title }, tools, group.list, group.more));
    return group.place;
  }

  /** List the values of an open group that contain a text: at most ROWS, those with most claims first where there are more. */
  listRows(group, sought) {
    if (!group.place.open) return;
    const found = group.values.filter((value) => value.text.toLowerCase().includes(sought));
    const listed = found.length > ROWS ? [...found].sort((a, b) => group.total(b.id) - group.total(a.id)).slice(0, ROWS) : found;
    group.list.replaceChildren(...listed.map((value) => this.row(group, value).row));
    group.more.textContent = found.length > listed.length ? `and ${found.length - listed.length} more: narrow the list to find them` : "";
    this.refresh();
  }

  row(group, value) {
    if (this.rows.has(value)) return this.rows.get(value);
    const box = element("input", { type: "checkbox", onchange: () => this.take(() => {
      if (box.checked) group.chosen.add(value.id);
      else group.chosen.delete(value.id);
    }) });
    const count = element("span", { class: "count" });
    const only = element("button", { type: "button", class: "only", "aria-label": `only ${value.text}`, text: "only",
      onclick: () => this.take(() => { group.chosen = new Set([value.id]); }) });
    const row = element("li", { "data-value": value.id },
      element("label", { title: value.title }, box, value.colour ? swatch(value.colour) : "", element("span", { class: "text", text: value.text }), count), only);
    this.rows.set(value, { box, count, row, value });
    return this.rows.get(value);
  }

  /** Change something by hand, and report it; `fresh` if that makes another picture, to be seen whole. */
  take(change, fresh = false) {
    change();
    this.changed(fresh);
  }

  /** For each open group: value -> what it counts among the claims that every other group lets through. */
  counts() {
    const open = new Set(this.groups.filter((group) => group.place.open));
    const found = new Map([...open].map((group) => [group, new Map()]));
    if (!open.size) return found;
    for (const claim of this.data.claims) {
      if (!this.inTime(claim)) continue;
      const against = this.groups.filter((group) => !group.has(claim));
      if (against.length > 1) continue;
      for (const group of against.length ? against : open) {
        if (!open.has(group)) continue;
        for (const [id, item] of group.items(claim)) add(found.get(group), id, item);
      }
    }
    return found;
  }

  /** Bring boxes and counts up to date. */
  refresh() {
    for (const input of this.presets.querySelectorAll("[type=radio]")) input.checked = input.value === this.base;
    for (const input of this.layerBoxes.querySelectorAll("input")) {
      input.checked = this.base === "full" || this.layers.has(input.value);
      input.disabled = this.base === "full";
    }
    this.lonersBox.checked = this.loners;
    this.dayBox.checked = Boolean(this.day);
    if (this.day) this.slider.value = this.day.slice(0, 4);
    this.dayShown.value = this.day;
    this.slider.setAttribute("aria-valuetext", this.day || `${this.slider.value}, not in use`);
    this.undatedBox.checked = this.undated;
    this.undatedBox.disabled = !this.day;
    this.undatedCount.textContent = this.data.claims.filter((c) => c.undated && this.groups.every((g) => g.has(c))).length;
    const counted = this.counts();
    for (const group of this.groups) {
      const some = group.chosen.size < group.values.length;
      group.summary.textContent = some ? `${group.chosen.size} of ${group.values.length}` : `all ${group.values.length}`;
    }
    for (const [group, counts] of counted) {
      for (const value of group.values) {
        const made = this.rows.get(value);
        if (!made) continue;
        const number = counts.get(value.id)?.size ?? 0;
        made.box.checked = group.chosen.has(value.id);
        made.count.textContent = number;
        made.row.classList.toggle("nothing", number === 0);
      }
    }
  }
}

function add(counts, id, item) {
  if (counts.has(id)) counts.get(id).add(item);
  else counts.set(id, new Set([item]));
}

/**
 * The groups: their values; `has` tells whether a claim has a chosen one; `items` are the [value, what it counts] of a
 * claim; `actors` tells which values the selection of actors chooses, where it does not choose all.
 */
function groups(data) {
  const { classes } = data;
  const used = (of) => {
    const found = new Map();
    for (const claim of data.claims) found.set(of(claim), (found.get(of(claim)) ?? 0) + 1);
    return found;
  };
  const sorted = (values) => values.sort((a, b) => a.text.localeCompare(b.text, "en"));
  const simple = (name, title, of, values, actors) => {
    const counts = used(of);
    const group = { name, title, chosen: new Set(), actors, total: (id) => counts.get(id) ?? 0 };
    group.values = values(counts);
    group.has = (claim) => group.chosen.has(of(claim));
    group.items = (claim) => [[of(claim), claim]];
    return group;
  };
  const ends = (claim) => (claim.object ? [claim.subject, claim.object] : [claim.subject]);
  const kinds = new Map();
  for (const { kind } of data.entities) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const kind = {
    name: "kind",
    title: "Kind of entity",
    chosen: new Set(),
    total: (id) => kinds.get(id) ?? 0,
    values: sorted([...kinds.keys()].map((id) => ({
      id, text: classes[id]?.en ?? id, title: classes[id]?.zh, colour: classes[id]?.colour,
    }))),
    has: (claim) => kind.chosen.has(claim.subject.kind) && (!claim.object || kind.chosen.has(claim.object.kind)),
    items: (claim) => ends(claim).map((entity) => [entity.kind, entity]),
    actors: (id, layers) => Boolean(classes[id]?.actors) && (!classes[id].layer || layers.includes(classes[id].layer)),
  };
  return [
    kind,
    simple("claim", "Kind of claim", (c) => c.kind, () => data.kinds, (id) => id === "fact"),
    simple("status", "Status", (c) => c.standing, (counts) => data.statuses.filter(({ id }) => counts.has(id)),
      (id) => id === "held" || data.expected.includes(id)),
    simple("evidence", "Evidence", (c) => c.evidence, () => data.levels),
    simple("relation", "Relation", (c) => c.p, (counts) => sorted(
      data.relations.filter(({ id }) => counts.has(id)).map(({ id, label, zh, colour }) => ({ id, text: label, title: zh, colour })),
    )),
    simple("source", "Source", (c) => c.source, (counts) => [...counts.keys()].map((id) => source(data, id))),
  ];
}

/** A source as a value of its group; its page is read when it is listed. */
function source(data, id) {
  return {
    id,
    title: id,
    get text() {
      const page = data.part("sources")[id] ?? {};
      return `${page.publisher ?? id}: ${page.title ?? ""}`;
    },
  };
}
