// Guided stories: a few steps, each a text, the claims that it is based on, and a picture of them.

import { element } from "./dom.js";

const ROOM = 2.2; // for names, which the layout does not know

/** The scene of a step: all that was shown so far, the step itself bright. */
export function storyScene(data, story, step) {
  const claimsOf = ({ claims }) => claims.flat().map((at) => data.claims[at]);
  const ends = (claims) => new Set(claims.flatMap((claim) => [claim.s, claim.o].filter(Boolean)));
  const shown = story.steps.slice(0, step + 1).flatMap(claimsOf);
  const claims = [...new Set(shown)];
  const at = new Map(Object.entries(story.at).map(([id, [x, y]]) => [id, { x: x * ROOM, y: y * ROOM }]));
  const entities = new Set([...ends(claims)].filter((id) => at.has(id)));
  const bright = new Set([...ends(claimsOf(story.steps[step]))].filter((id) => at.has(id)));
  return { entities, claims: claims.filter((claim) => claim.object), at, named: true, bright, ofStep: new Set(claimsOf(story.steps[step])) };
}

/** The buttons to begin a story. */
export function beginnings(stories, begin) {
  return stories.map((story) =>
    element("button", { type: "button", class: "story", title: story.lead, "data-story": story.name, text: story.title, onclick: () => begin(story) }));
}

export class StoryPanel {
  /** `card` shows it; `go(step)` goes to a step, `leave()` ends the story. */
  constructor(data, card, { go, leave }) {
    Object.assign(this, { data, card, go, leave });
  }

  /** Show a step. Returns its heading. */
  show(story, step) {
    const { title, text, claims } = story.steps[step];
    const last = step === story.steps.length - 1;
    const heading = element("h2", { tabindex: "-1", text: title });
    const button = (label, act, more = {}) => element("button", { type: "button", text: label, onclick: act, ...more });
    this.card.open(
      element("p", { class: "kicker" }, story.title, element("span", { class: "count", text: `${step + 1} of ${story.steps.length}` })),
      heading,
      element("p", { class: "tale", text }),
      element("div", { class: "actions", role: "group", "aria-label": "Steps of the story" },
        button("← Back", () => this.go(step - 1), { disabled: step === 0 }),
        last ? button("Explore on your own", this.leave, { class: "next" }) : button("Next →", () => this.go(step + 1), { class: "next" })),
      element("p", { class: "hint keys", text: "The arrow keys ← and → go through the story, Escape leaves it." }),
      element("h3", { text: "What it is based on" }),
      ...claims.map((of) => this.evidence(of.map((at) => this.data.claims[at]))),
    );
    return heading;
  }

  /** The claims that say the same: the first with its source, the others folded. */
  evidence([first, ...others]) {
    return element("div", {},
      element("ul", { class: "claims" }, this.card.claim(first, null)),
      others.length ? element("details", { class: "others" },
        element("summary", { text: `${others.length} more ${others.length === 1 ? "claim" : "claims"} of it` }),
        element("ul", { class: "claims" }, others.map((claim) => this.card.claim(claim, null)))) : "");
  }
}
