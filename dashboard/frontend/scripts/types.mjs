// Writes src/api/schema.d.ts from the gateway's own code, or with --check says whether it is out of date.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
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
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const types = astToString(
  await openapiTS(JSON.parse(json), { alphabetize: true, defaultNonNullable: false }),
);
// With these tests/dashboard/test_types.py sees without Node whether the file is out of date or was edited.
const written = `// Generated from the gateway's OpenAPI by \`npm run types\`; do not edit.
// OpenAPI: sha256 ${sha256(json)}
// types: sha256 ${sha256(types)}

${types}`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, written);
  console.log("src/api/schema.d.ts is written");
} else if (!existsSync(target) || readFileSync(target, "utf8") !== written) {
  console.error("src/api/schema.d.ts does not fit the gateway: run `npm run types` and commit it");
  process.exit(1);
} else {
  console.log("src/api/schema.d.ts fits the gateway");
}
