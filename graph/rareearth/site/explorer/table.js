// The claims as a plain table: for screen readers, and for machines that cannot draw the network.

import { named, rank } from "./data.js";
import { element, link } from "./dom.js";

const PAGE = 200; // rows at a time: thousands at once make a browser slow

export class Table {
  constructor(data, place, go) {
    this.data = data;
    this.place = place;
    this.go = go;
    this.claims = [];
    this.from = 0;
    this.whole = false; // on paper there is no next page, and a button in a repeated head stays empty
    this.sorted = { column: 0, down: false };
    this.columns = [
      { title: "Who or what", text: (c) => c.subject.name, cell: (c) => this.name(c.s) },
      { title: "Relation", text: (c) => c.relation.label },
      { title: "To whom or what", text: (c) => c.object?.name ?? c.words, cell: (c) => (c.object ? this.name(c.o) : c.words) },
      { title: "More", text: (c) => (c.details ?? []).join(", ") },
      { title: "When", text: (c) => c.time ?? "", sort: (c) => c.start || c.end },
      { title: "Kind", text: (c) => [c.kind, c.status === "held" ? "" : c.status, c.stance].filter(Boolean).join(", "), sort: (c) => rank(data.kinds, c.kind) },
      { title: "By", text: (c) => (c.by ? named(this.data, c.by) : "") },
      { title: "Evidence", text: (c) => [c.level, c.conflict ? "disputed" : ""].filter(Boolean).join(", ") },
      { title: "Source", text: (c) => c.page.from, cell: (c) => link(c.page.url, c.page.from) },
    ];
  }

  show(claims) {
    this.claims = claims;
    this.from = 0;
    this.draw();
  }

  draw() {
    const { column, down } = this.sorted;
    const by = this.columns[column];
    const order = by.sort ?? by.text;
    const compare = (a, b) => {
      const [x, y] = [order(a), order(b)];
      return typeof x === "number" ? x - y : x.localeCompare(y, "en");
    };
    const sorted = [...this.claims].sort((a, b) => (down ? compare(b, a) : compare(a, b)));
    const from = this.whole ? 0 : this.from;
    const last = this.whole ? sorted.length : Math.min(from + PAGE, sorted.length);
    const rows = sorted.slice(from, last);
    const head = this.columns.map(({ title }, at) =>
      element("th", { scope: "col", "aria-sort": at === column ? (down ? "descending" : "ascending") : "none" },
        this.whole ? title : element("button", { type: "button", text: title, onclick: () => this.sortBy(at) })));
    const body = rows.map((claim) =>
      element("tr", {}, this.columns.map(({ text, cell }, at) =>
        element(at ? "td" : "th", at ? {} : { scope: "row" }, cell ? cell(claim) : text(claim)))));
    this.place.replaceChildren(
      element("table", {},
        element("caption", { text: sorted.length ? `Claims ${from + 1} to ${last} of ${sorted.length}` : "No claim is left by these filters" }),
        element("thead", {}, element("tr", {}, head)),
        element("tbody", {}, body)),
      element("div", { class: "row pages" },
        this.turn("Before", this.from - PAGE, this.from > 0), this.turn("Next", this.from + PAGE, last < sorted.length)),
    );
  }

  /** Show all rows, for printing, or a page of them again. */
  all(whole) {
    this.whole = whole;
    this.draw();
  }

  turn(text, from, possible) {
    return element("button", { type: "button", text, disabled: !possible, onclick: () => {
      this.from = from;
      this.draw();
      this.place.scrollTop = 0;
    } });
  }

  sortBy(column) {
    this.sorted = { column, down: this.sorted.column === column && !this.sorted.down };
    this.from = 0;
    this.draw();
    this.place.querySelectorAll("th button")[column].focus();
  }

  name(id) {
    return element("button", { type: "button", class: "name", text: named(this.data, id), onclick: () => this.go(id) });
  }
}
