// Creating elements. Data enters the page only here and only as text: there is no innerHTML anywhere.

/** An element; `on…` are listeners, `text` its text, null and false leave an attribute out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A small round sign in the colour of a kind. Colours are set as a property: the policy forbids style attributes. */
export function swatch(colour) {
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.background = colour;
  return made;
}

/** A link to a source, in a new tab; only to the web, whatever the data says. */
export function link(url, text) {
  if (!/^https?:\/\//i.test(url ?? "")) return element("span", { text });
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer", text });
}
