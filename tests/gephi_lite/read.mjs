// Reads GraphML and GEXF files with the parsers of Gephi Lite: `node read.mjs FILE...`.
// Prints one JSON list: for each file {nodes, edges}, or {error} when the parser refuses it.
import { readFileSync } from "node:fs";
import { DOMParser } from "@xmldom/xmldom";
import graphology from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";

const { MultiGraph } = graphology;

function wellFormed(text) {
  const complain = (message) => {
    throw new Error(`ill-formed XML: ${message}`);
  };
  const errorHandler = { warning: complain, error: complain, fatalError: complain };
  new DOMParser({ errorHandler }).parseFromString(text, "application/xml");
}

function read(file) {
  const text = readFileSync(file, "utf8");
  try {
    wellFormed(text);
    const parser = file.endsWith(".gexf") ? gexf : graphml;
    const graph = parser.parse(MultiGraph, text, { addMissingNodes: false });
    return {
      nodes: graph.mapNodes((key, attributes) => ({ key, attributes })),
      edges: graph.mapEdges((key, attributes, source, target) => ({ key, source, target, attributes })),
    };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
}

process.stdout.write(JSON.stringify(process.argv.slice(2).map(read)));
