// Writes src/api/schema.d.ts from the gateway's own code, or with --check says whether it is out of date.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const target = fileURLToPath(new URL("../src/api/schema.d.ts", import.meta.url));
const venv = `${root}.venv/bin/python`;
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");

const json = execFileSync(python, [fileURLToPath(new URL("openapi.py", import.meta.url))], {
  cwd: root,
  env: { ...process.env, PYTHONPATH: root },
  maxBuffer: 32 * 1024 * 1024,
  encoding: "utf8",
});
const head = "// Generated from the gateway's OpenAPI by `npm run types`; do not edit.\n\n";
const written =
  head + astToString(await openapiTS(JSON.parse(json), { alphabetize: true, defaultNonNullable: false }));

if (!process.argv.includes("--check")) {
  writeFileSync(target, written);
  console.log("src/api/schema.d.ts is written");
} else if (!existsSync(target) || readFileSync(target, "utf8") !== written) {
  console.error("src/api/schema.d.ts does not fit the gateway: run `npm run types` and commit it");
  process.exit(1);
} else {
  console.log("src/api/schema.d.ts fits the gateway");
}
