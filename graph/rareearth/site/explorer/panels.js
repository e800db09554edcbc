// Small panels: by what the picture is coloured and sized, and what can be saved.

import { element } from "./dom.js";
import { MEASURES } from "./measures.js";
import { saveCsv, savePng, saveSvg } from "./saving.js";

const COLOURS = [
  { id: "sphere", text: "sphere", title: "Industry, government, academia, society, people" },
  { id: "kind", text: "kind of entity", title: "Each kind in a colour of its own; some are alike" },
  ...MEASURES,
];
const SIZES = [...MEASURES, { id: "same", text: "all the same", title: "All nodes of one size" }];
const FIRST = { colour: "sphere", size: "claims" };

export class Look {
  /** `changed` is called when a reader chooses. */
  constructor(changed) {
    this.values = { ...FIRST };
    this.selects = {};
    const choice = (name, text, options) => {
      this.selects[name] = element("select", { id: `by-${name}`, onchange: ({ target }) => { this.values[name] = target.value; changed(); } },
        options.map(({ id, text: label, title }) => element("option", { value: id, text: label, title })));
      return element("label", { for: `by-${name}` }, element("span", { text }), this.selects[name]);
    };
    this.place = element("fieldset", { class: "look" }, element("legend", { text: "Picture" }),
      choice("colour", "Colour by", COLOURS), choice("size", "Size by", SIZES));
    this.restore(new Map());
  }

  state() {
    return Object.entries(this.values).filter(([name, value]) => value !== FIRST[name]);
  }

  restore(given) {
    for (const [name, options] of [["colour", COLOURS], ["size", SIZES]]) {
      const wanted = given.get(name);
      this.values[name] = options.some(({ id }) => id === wanted) ? wanted : FIRST[name];
      this.selects[name].value = this.values[name];
    }
  }
}

export class Menu {
  constructor(place, { network, claims, title }) {
    const item = (text, act) => element("button", { type: "button", text, onclick: () => {
      place.open = false;
      act();
    } });
    const pictures = network() ? [item("Picture (PNG)", () => savePng(network())), item("Picture (SVG)", () => saveSvg(network(), title()))] : [];
    place.append(element("div", { class: "menu" }, pictures, item("Claims shown (CSV)", () => saveCsv(claims()))));
    document.addEventListener("click", (event) => { if (!place.contains(event.target)) place.open = false; });
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !place.open) return;
      place.open = false;
      place.querySelector("summary").focus();
      event.stopPropagation();
    });
  }
}
