// Which claims are shown: the values chosen in each group, and a year. A value's count is the number of claims
// (of entities, for kinds) that it would show with the other groups as they are.

import { standing } from "./data.js";
import { element, swatch } from "./dom.js";

const MANY = 12; // values above which a group gets a field to narrow its list

export class Filters {
  /** `changed` is called when what is shown has changed. */
  constructor(data, place, changed) {
    this.data = data;
    this.changed = changed;
    this.groups = groups(data);
    this.year = null;
    this.undated = false;
    this.loners = false;
    this.rows = new Map();
    this.build(place);
    this.preset("actors");
  }

  /** The two selections to start from, which are the views `actors` and `full` of the network. */
  preset(name) {
    const actors = name === "actors";
    for (const group of this.groups) {
      group.chosen = new Set(group.values.filter((v) => !actors || !group.actors || group.actors(v.id)).map((v) => v.id));
    }
    this.year = null;
    this.undated = false; // as in as_of(); the box adds them
    this.loners = false;
    this.named = name;
  }

  /** Whether a claim is shown. */
  passes(claim) {
    return this.groups.every((group) => group.has(claim)) && this.inTime(claim);
  }

  /** The same as `as_of(YEAR)` in Python: a claim that may have been in effect on some day of the year. */
  inTime(claim) {
    if (this.year === null) return true;
    if (claim.undated) return this.undated;
    if (claim.start && claim.end && claim.start > claim.end) return false; // never in effect
    const year = String(this.year).padStart(4, "0");
    return (claim.start ?? "") <= `${year}-12-31` && (claim.end ?? "9999") >= `${year}-01-01`;
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

  build(place) {
    const preset = (name, text) =>
      element("label", {}, element("input", { type: "radio", name: "preset", value: name, onchange: () => this.take(() => this.preset(name)) }), text);
    this.presets = element("fieldset", { class: "presets" }, element("legend", { text: "Show" }),
      preset("actors", "Actors connected by facts"), preset("full", "Everything"));
    this.lonersBox = element("input", { type: "checkbox", id: "loners", onchange: () => this.take(() => { this.loners = this.lonersBox.checked; }) });
    place.append(this.presets, element("label", {}, this.lonersBox, "also entities without a connection shown"), this.buildTime());
    for (const group of this.groups) place.append(this.buildGroup(group));
  }

  buildTime() {
    const years = this.data.claims.flatMap((c) => [c.start, c.end]).filter(Boolean).map((day) => Number(day.slice(0, 4)));
    const from = years.reduce((a, b) => Math.min(a, b), 2100);
    const to = years.reduce((a, b) => Math.max(a, b), 0);
    const published = Object.values(this.data.sources).map((page) => Number(page.published?.slice(0, 4)) || 0);
    const latest = Math.min(to, published.reduce((a, b) => Math.max(a, b), from)); // later years were only planned
    const take = () => this.take(() => { this.year = this.yearBox.checked ? Number(this.slider.value) : null; });
    this.yearBox = element("input", { type: "checkbox", id: "by-year", onchange: take });
    this.slider = element("input", {
      type: "range", id: "year", min: from, max: Math.max(from, to), step: 1, value: latest, "aria-label": "Year",
      oninput: () => { this.yearBox.checked = true; take(); },
    });
    this.yearShown = element("output", { for: "year" });
    this.undatedBox = element("input", { type: "checkbox", id: "undated", onchange: () => this.take(() => { this.undated = this.undatedBox.checked; }) });
    this.undatedCount = element("span", { class: "count" });
    return element("fieldset", { class: "time" }, element("legend", { text: "Time" }),
      element("label", {}, this.yearBox, "as of the year ", this.yearShown), this.slider,
      element("label", {}, this.undatedBox, "include undated claims", this.undatedCount));
  }

  buildGroup(group) {
    const list = element("ul");
    for (const value of group.values) {
      const box = element("input", { type: "checkbox", onchange: () => this.take(() => {
        if (box.checked) group.chosen.add(value.id);
        else group.chosen.delete(value.id);
      }) });
      const count = element("span", { class: "count" });
      const only = element("button", { type: "button", class: "only", "aria-label": `only ${value.text}`, text: "only",
        onclick: () => this.take(() => { group.chosen = new Set([value.id]); }) });
      const row = element("li", { "data-value": value.id },
        element("label", { title: value.title }, box, value.colour ? swatch(value.colour) : "", element("span", { class: "text", text: value.text }), count), only);
      this.rows.set(value, { box, count, row });
      list.append(row);
    }
    const every = (text, ids) => element("button", { type: "button", text, "aria-label": `${text}: ${group.title}`,
      onclick: () => this.take(() => { group.chosen = new Set(ids); }) });
    const tools = element("div", { class: "row" }, every("all", group.values.map((v) => v.id)), every("none", []));
    if (group.values.length > MANY) {
      tools.append(element("input", { type: "search", placeholder: "narrow the list", "aria-label": `Narrow the list: ${group.title}`, oninput: (event) => {
        const sought = event.target.value.toLowerCase();
        for (const value of group.values) this.rows.get(value).row.hidden = !value.text.toLowerCase().includes(sought);
      } }));
    }
    group.summary = element("span", { class: "count" });
    return element("details", { "data-group": group.name, open: group.open ?? false },
      element("summary", {}, group.title, group.summary),
      element("div", { role: "group", "aria-label": group.title }, tools, list));
  }

  /** Change something by hand, and report it. */
  take(change) {
    this.named = "";
    change();
    this.changed();
  }

  /** For each group: value -> what it counts among the claims that every other group lets through. */
  counts() {
    const found = new Map(this.groups.map((group) => [group, new Map()]));
    for (const claim of this.data.claims) {
      if (!this.inTime(claim)) continue;
      const against = this.groups.filter((group) => !group.has(claim));
      if (against.length > 1) continue;
      for (const group of against.length ? against : this.groups) {
        for (const [id, item] of group.items(claim)) add(found.get(group), id, item);
      }
    }
    return found;
  }

  /** Bring boxes and counts up to date. */
  refresh() {
    for (const input of this.presets.querySelectorAll("input")) input.checked = input.value === this.named;
    this.lonersBox.checked = this.loners;
    this.yearBox.checked = this.year !== null;
    this.yearShown.textContent = this.slider.value;
    this.slider.setAttribute("aria-valuetext", this.year === null ? `${this.slider.value}, not in use` : this.slider.value);
    this.undatedBox.checked = this.undated;
    this.undatedBox.disabled = this.year === null;
    this.undatedCount.textContent = this.data.claims.filter((c) => c.undated && this.groups.every((g) => g.has(c))).length;
    const counted = this.counts();
    for (const group of this.groups) {
      const counts = counted.get(group);
      for (const value of group.values) {
        const { box, count, row } = this.rows.get(value);
        const number = counts.get(value.id)?.size ?? 0;
        box.checked = group.chosen.has(value.id);
        count.textContent = number;
        row.classList.toggle("nothing", number === 0);
      }
      const some = group.chosen.size < group.values.length;
      group.summary.textContent = some ? `${group.chosen.size} of ${group.values.length}` : `all ${group.values.length}`;
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
  const { classes, relations, sources } = data;
  const used = (of) => [...new Set(data.claims.map(of))];
  const sorted = (values) => values.sort((a, b) => a.text.localeCompare(b.text, "en"));
  const statuses = new Set(used(standing));
  const simple = (name, title, of, values, more = {}) => {
    const group = { name, title, values, chosen: new Set(), ...more };
    group.has = (claim) => group.chosen.has(of(claim));
    group.items = (claim) => [[of(claim), claim]];
    return group;
  };
  const ends = (claim) => (claim.object ? [claim.subject, claim.object] : [claim.subject]);
  const kind = {
    name: "kind",
    title: "Kind of entity",
    chosen: new Set(),
    open: true,
    values: sorted(
      [...new Set(data.entities.map((entity) => entity.kind))].map((id) => ({
        id, text: classes[id]?.en ?? id, title: classes[id]?.zh, colour: classes[id]?.colour,
      })),
    ),
    has: (claim) => ends(claim).every((entity) => kind.chosen.has(entity.kind)),
    items: (claim) => ends(claim).map((entity) => [entity.kind, entity]),
    actors: (id) => Boolean(classes[id]?.actors),
  };
  return [
    kind,
    simple("claim", "Kind of claim", (c) => c.kind, data.kinds, {
      open: true, actors: (id) => id === "fact",
    }),
    simple("status", "Status", standing, data.statuses.filter(({ id }) => statuses.has(id)), {
      actors: (id) => id === "held",
    }),
    simple("evidence", "Evidence", (c) => c.evidence, data.levels),
    simple("relation", "Relation", (c) => c.p, sorted(
      used((c) => c.p).map((id) => ({
        id, text: relations[id]?.label ?? id, title: relations[id]?.zh, colour: relations[id]?.colour,
      })),
    )),
    simple("source", "Source", (c) => c.source, sorted(
      used((c) => c.source).map((id) => ({ id, text: `${sources[id].publisher}: ${sources[id].title}`, title: id })),
    )),
  ];
}
