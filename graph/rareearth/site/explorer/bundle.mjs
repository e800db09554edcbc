// Makes the scripts and styles of dist/ (the explorer page, the SPARQL editor, finding names), the same bytes for the same sources;
// `npm run build` calls it.

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const options = { bundle: true, minify: true, charset: "utf8", legalComments: "none", logLevel: "warning" };
const styles = { ...options, target: ["chrome100", "firefox100", "safari15"] };

const MIT = /Permission is hereby granted[^]*/.exec(readFileSync("node_modules/graphology/LICENSE.txt", "utf8"))[0].trim();

/** Where a file is of a package, that package. */
const packageOf = (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];

/** The packages that a file is made of: its own, and those bundled into it before, which its source map names. */
function packages(file) {
  const own = packageOf(file);
  if (!own || !existsSync(`${file}.map`)) return [own].filter(Boolean);
  const inside = JSON.parse(readFileSync(`${file}.map`, "utf8")).sources.map(packageOf);
  const { dependencies = {} } = described(own);
  const parts = Object.keys(dependencies).filter((name) => own[0] === "@" && name.startsWith(`${own.split("/")[0]}/`));
  return [own, ...inside, ...parts].filter((name) => name && existsSync(`node_modules/${name}`));
}

const described = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));

/** A package's name and licence; where it brings no text, the MIT licence's with its author. */
function licence(name) {
  const folder = `node_modules/${name}`;
  const { version, license = "licence below", author } = described(name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : license === "MIT" ? `Copyright ${author?.name ?? author}\n${MIT}` : "";
  return `${name} ${version} (${license})\n${text}`;
}

/** Make a script with the licences of what is in it, which ask to go with it. */
async function script(entry, name) {
  const made = await build({
    ...options, entryPoints: [entry], format: "iife", target: "es2021", write: false, metafile: true,
  });
  const held = new Set(Object.keys(made.metafile.inputs).flatMap(packages));
  const licences = [...held].sort().map(licence);
  const text = `/*\n${licences.join("\n\n").replaceAll("*/", "* /")}\n*/\n${made.outputFiles[0].text}`;
  writeFileSync(`dist/${name}`, text);
  return text;
}

const page = await script("main.js", "page.js");
for (const sign of ["</script", "<!--"]) {
  if (page.toLowerCase().includes(sign)) throw new Error(`the script holds ${sign}, which would end it inside a page`);
}
await script("editor.js", "editor.js");
await script("find.js", "find.js");
await build({ ...styles, entryPoints: ["style.css"], outfile: "dist/page.css" });
await build({ ...styles, entryPoints: ["editor.css"], outfile: "dist/editor.css" });
