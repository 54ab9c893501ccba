// Prints what the first load weighs, gzipped: the shell and the chat, and fails when it is more than 350 kB.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 350_000;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const size = (name) => gzipSync(readFileSync(dist + name), { level: 9 }).length;
const html = readFileSync(`${dist}index.html`, "utf8");
const shell = new Set([...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]));

/** A file and everything it imports before it runs. */
function closure(name, seen) {
  if (seen.has(name)) return seen;
  seen.add(name);
  if (!name.endsWith(".js")) return seen;
  const text = readFileSync(dist + name, "utf8");
  for (const match of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) closure(`assets/${match[1]}`, seen);
  return seen;
}

const assets = readdirSync(`${dist}assets`).filter((name) => /\.(js|css)$/.test(name));
const first = new Set();
for (const name of shell) closure(name, first);
for (const name of assets) if (/^(ChatPage|Markdown)/.test(name)) closure(`assets/${name}`, first);

const rows = assets.map((name) => [`assets/${name}`, size(`assets/${name}`)]).sort((a, b) => b[1] - a[1]);
for (const [name, bytes] of rows)
  console.log(String(bytes).padStart(8), name, first.has(name) ? "first load" : "");
const total = size("index.html") + [...first].reduce((sum, name) => sum + size(name), 0);
console.log(`first load, the chat included: ${total} bytes gzipped; limit ${LIMIT}`);
if (total > LIMIT) process.exit(1);
