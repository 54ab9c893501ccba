/** Code in colours, as pieces of text with classes. Loaded with the first block of code. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

export type Piece = string | { className: string; pieces: Piece[] };

const lowlight = createLowlight({
  bash,
  c,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  markdown,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});

/** The code in pieces; null for a language that is not among ours. */
export function highlight(text: string, language: string): Piece[] | null {
  const name = language.toLowerCase();
  return lowlight.registered(name) ? pieces(lowlight.highlight(name, text).children) : null;
}

type Nodes = ReturnType<typeof lowlight.highlight>["children"];

function pieces(nodes: Nodes): Piece[] {
  return nodes.flatMap((node): Piece[] => {
    if (node.type === "text") return [node.value];
    if (node.type !== "element") return [];
    const names = node.properties.className;
    return [
      { className: Array.isArray(names) ? names.join(" ") : "", pieces: pieces(node.children as Nodes) },
    ];
  });
}
