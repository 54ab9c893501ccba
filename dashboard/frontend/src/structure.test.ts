import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(process.cwd(), "src");
const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));

function imports(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/from "(\.[^"]+)"|import\("(\.[^"]+)"\)/g)].map((match) =>
    relative(SRC, resolve(SRC, dirname(file), match[1] ?? match[2] ?? "")),
  );
}

/** The layers, from the bottom up; each knows only those before it, and itself. */
const KNOWS: Record<string, string[]> = {
  i18n: [],
  api: [],
  live: ["api"],
  ui: ["api", "i18n", "live"],
  features: ["api", "i18n", "live", "ui"],
  app: ["api", "features", "i18n", "live", "ui"],
};

test.each(FILES.filter((file) => file.includes("/")))("%s knows only the layers below it", (file) => {
  const [layer = "", feature] = file.split("/");
  for (const target of imports(file)) {
    const [other = "", otherFeature] = target.split("/");
    const isOwn = layer === "features" ? other === layer && otherFeature === feature : other === layer;
    expect(isOwn || KNOWS[layer]?.includes(other), `${file} imports ${target}`).toBe(true);
  }
});

test.each(FILES.filter((file) => file.endsWith(".tsx") && !file.endsWith(".test.tsx")))(
  "%s has at most 120 lines a component",
  (file) => {
    const text = readFileSync(join(SRC, file), "utf8");
    const lengths = text.split(/^(?:export )?(?:async )?function /m).map((part) => part.split("\n").length);
    expect(Math.max(...lengths.slice(1), 0)).toBeLessThanOrEqual(120);
  },
);

test("there is no dangerous HTML anywhere", () => {
  for (const file of FILES.filter((name) => !name.includes(".test."))) {
    expect(readFileSync(join(SRC, file), "utf8")).not.toMatch(
      /dangerouslySetInnerHTML|innerHTML|outerHTML|eval\(/,
    );
  }
});
