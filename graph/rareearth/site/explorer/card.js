// The card of an entity or of a tie: what is claimed, by whom, and on what evidence.

import { between, conflict, named } from "./data.js";
import { element, link, swatch } from "./dom.js";

export class Card {
  /**
   * `go(id)` opens another entity's card, `close()` closes this one; `actions(entity)` are the buttons of what can be
   * done with an entity in the picture.
   */
  constructor(data, place, { go, close, actions }) {
    Object.assign(this, { data, place, go, close, actions });
  }

  hide() {
    this.place.hidden = true;
    this.place.replaceChildren();
  }

  /** Show the card of an entity; `passes` tells which claims the filters show. Returns its heading, to be focused. */
  entity(id, passes) {
    const entity = this.data.byId.get(id);
    const { claims } = entity;
    const { about, names } = this.data.part("about")[id] ?? {};
    const title = element("h2", { tabindex: "-1" }, entity.name, entity.zh ? [" ", element("span", { lang: "zh", text: entity.zh })] : "");
    this.open(
      title,
      element("p", { class: "kind" }, swatch(entity.group?.colour ?? this.data.noColour), entity.word, element("code", { text: entity.id })),
      about ? element("p", { text: about }) : "",
      names?.length ? element("p", { class: "also" }, "also: ", names.join(", ")) : "",
      element("div", { class: "actions" }, this.actions(entity), this.dossier(id)),
      counted(claims, passes),
      ...this.sections(claims, id),
    );
    return title;
  }

  /** A link to the page of an entity, where this page is part of a site. */
  dossier(id) {
    const { dossiers } = this.data;
    return dossiers ? element("a", { class: "button", href: dossiers.replace("{}", encodeURIComponent(id)), text: "Dossier" }) : "";
  }

  /** Show some paths (lists of ids) between two: each step with its claims. `passes` tells which count. */
  paths([from, to], found, passes) {
    const title = element("h2", { tabindex: "-1" }, "From ", this.name(from), " to ", this.name(to));
    const step = (a, b) => element("li", {}, element("p", { class: "step" }, this.name(a), " – ", this.name(b)),
      element("ul", { class: "claims" }, between(this.data, a, b).filter(passes).map((claim) => this.claim(claim, null))));
    this.open(title,
      element("p", { class: "also", text: found.length ? "Strong ties come first, planned ones last. Another way passes through none of the same actors." : "No path among what is shown. Switch on a layer, or show everything." }),
      ...found.map((path, at) => element("section", {},
        element("h3", { text: at ? `Another way, ${path.length - 1} steps` : `${path.length - 1} step${path.length === 2 ? "" : "s"}` }),
        element("ol", { class: "steps" }, path.slice(1).map((id, n) => step(path[n], id))))));
    return title;
  }

  /** Show the card of a tie "a~b": every claim between the two. */
  tie(tie, passes) {
    const [a, b] = tie.split("~");
    const claims = between(this.data, a, b);
    const title = element("h2", { tabindex: "-1" }, this.name(a), " – ", this.name(b));
    this.open(title, counted(claims, passes), ...this.sections(claims, null));
    return title;
  }

  open(...content) {
    const close = element("button", { type: "button", class: "close", "aria-label": "Close the card", text: "×", onclick: this.close });
    this.place.replaceChildren(close, ...content.filter(Boolean));
    this.place.hidden = false;
    this.place.scrollTop = 0;
  }

  sections(claims, centre) {
    const order = (c) => [c.p, c.s, c.o ?? c.value].join("\n");
    const sorted = [...claims].sort((a, b) => (order(a) < order(b) ? -1 : 1));
    return this.data.headings.map((title) => {
      const here = sorted.filter((claim) => claim.heading === title);
      return here.length
        ? element("section", {}, element("h3", {}, title, element("span", { class: "count", text: here.length })),
            element("ul", { class: "claims" }, here.map((claim) => this.claim(claim, centre))))
        : "";
    });
  }

  /** A claim, read from one of its ends; from outside (centre null) both ends are named. */
  claim(claim, centre) {
    const inward = centre !== null && claim.o === centre && claim.s !== centre;
    const phrase = inward ? (claim.relation.back ?? `is what this ${claim.relation.label}:`) : claim.relation.label;
    const other = inward ? this.name(claim.s) : claim.object ? this.name(claim.o) : element("b", { text: claim.words });
    const extra = [
      ...(claim.details ?? []),
      claim.time ? `${claim.time}${claim.because ? ` (${claim.because})` : ""}` : "",
    ].filter(Boolean);
    return element("li", { "data-claim": claim.id },
      element("p", { class: "says" }, centre === null ? [this.name(claim.s), " "] : "", `${phrase} `, other,
        extra.length ? element("span", { class: "extra", text: `  ${extra.join(" · ")}` }) : ""),
      this.badges(claim),
      claim.note ? element("p", { class: "note", text: `note: ${claim.note}` }) : "",
      this.evidence(claim),
      claim.conflict ? this.conflict(claim) : "",
    );
  }

  badges(claim) {
    const { kind, status, stance, by, about } = claim;
    const badge = (text, more = "") => element("span", { class: `badge ${more}`, text });
    const found = [
      kind !== "fact" ? badge(kind) : "",
      status !== "held" ? badge(status) : "",
      stance ? badge(stance, stance) : "",
    ].filter(Boolean);
    if (by) found.push(element("span", {}, "according to ", this.name(by)));
    for (const id of about ?? []) if (id !== claim.s) found.push(element("span", {}, "of ", this.name(id)));
    return found.length ? element("p", { class: "badges" }, found) : "";
  }

  /** The sentence where the text was available, else the position of its characters; and the page in any case. */
  evidence(claim) {
    const { page } = claim;
    const spans = (claim.spans ?? []).map(([start, end, mark], at) =>
      claim.sentences?.[at]
        ? element("blockquote", { text: claim.sentences[at], title: `${claim.source} ${start}-${end} ${mark}` })
        : element("p", { class: "span" }, `characters ${start}–${end} `, element("code", { text: mark })),
    );
    const readings = (claim.readings ?? []).map((text) => element("p", { class: "span", text }));
    return element("div", { class: "evidence" }, ...spans, ...readings,
      element("p", {}, `${page.from} (${claim.level}): `, link(page.url, page.title)));
  }

  /** What the other sides of a disagreement say. */
  conflict(claim) {
    const { question, kind, why, rivals } = conflict(this.data, claim);
    return element("details", { class: "conflict", open: kind === "contradiction" },
      element("summary", { text: `${claim.differs ?? "differs from another claim"}: ${question}` }),
      element("ul", {}, rivals.map((other) =>
        element("li", {}, this.name(other.s), ` ${other.relation.label} `,
          other.object ? this.name(other.o) : element("b", { text: other.words }),
          element("span", { class: "extra", text: [...(other.details ?? []), other.time].filter(Boolean).map((t) => `  ${t}`).join(" ·") }),
          element("span", { class: "from" }, " – ", `${other.page.from}: `, link(other.page.url, other.page.title))),
      )),
      why ? element("p", { class: "note", text: why }) : "");
  }

  name(id) {
    return element("button", { type: "button", class: "name", text: named(this.data, id), "data-id": id, onclick: () => this.go(id) });
  }
}

function counted(claims, passes) {
  const shown = claims.filter(passes).length;
  const words = `${claims.length} claim${claims.length === 1 ? "" : "s"}`;
  return element("p", { class: "also", text: shown === claims.length ? words : `${words}, ${shown} of them in the current selection` });
}
