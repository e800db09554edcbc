// Makes dist/page.js and dist/page.css, the same bytes for the same sources; `npm run build` calls it.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const options = { bundle: true, minify: true, charset: "utf8", legalComments: "none", logLevel: "warning" };
const made = await build({
  ...options, entryPoints: ["main.js"], format: "iife", target: "es2021", write: false, metafile: true,
});
await build({ ...options, entryPoints: ["style.css"], outfile: "dist/page.css", target: ["chrome100", "firefox100", "safari15"] });

// The licences of what is in the bundle ask to go with it.
const packages = new Set(Object.keys(made.metafile.inputs).map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]).filter(Boolean));
const licences = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
  return `${name} ${version} (${license})\n${text}`;
});
const script = `/*\n${licences.join("\n\n").replaceAll("*/", "* /")}\n*/\n${made.outputFiles[0].text}`;
for (const sign of ["</script", "<!--"]) {
  if (script.toLowerCase().includes(sign)) throw new Error(`the script holds ${sign}, which would end it inside a page`);
}
writeFileSync("dist/page.js", script);
