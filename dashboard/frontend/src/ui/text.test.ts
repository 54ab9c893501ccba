import { expect, test } from "vitest";
import { actorName, oneLine, readable } from "./text";

const CHANGED: [string, string][] = [
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]8;;https://evil.example\u0007link\u001b]8;;\u001b\\", "link"],
  ["a\u0000b\u0008c\u009bd", "abcd"],
  ["invoice_\u202egnp.exe", "invoice_gnp.exe"],
  ["\u2066a\u2069 \u200eb\u061c", "a b"],
  ["ig\u200bno\u2060re\ufeff", "ignore"],
  ["a\u{e0041}\u{e0142}b", "ab"], // letters that are not seen
  ["\ufff9a\ufffab\ufffb", "ab"],
  ["so\u00adft\u034f\u3164", "soft"],
  ["a\u2028b\u2029c", "a\nb\nc"],
  [`Z${"\u0335".repeat(500)}!`, `Z${"\u0335".repeat(8)}!`],
];
const KEPT = [
  "a\tb\n\nc",
  "你好，世界",
  "שלום عالم",
  "👩\u200d💻 ❤\ufe0f",
  "e\u0301 ệ",
  "नमस्ते",
  "می\u200cخواهم",
];

test.each(CHANGED)("what steers terminals, turns, hides or covers is taken out of %j", (text, left) => {
  expect(readable(text)).toBe(left);
});

test.each(KEPT)("what people write stays: %j", (text) => {
  expect(readable(text)).toBe(text);
});

test("long floods of it take no time", () => {
  const began = performance.now();
  for (const flood of ["\u001b]", "\u001b[0;", "\u0301", "\u202e", "\u001b[ "])
    readable(flood.repeat(50_000));
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("one line is cut where it is too long", () => {
  expect(oneLine("a\n b\u2028c", 10)).toBe("a b c");
  expect(oneLine("a".repeat(20), 10)).toBe(`${"a".repeat(9)}…`);
});

test("who did something is named without the id of the token or the session", () => {
  expect(actorName("browser:owner/01M8326PNR5H4DPV112HQ7C3T5")).toBe("browser:owner");
  expect(actorName("token:phone/01M8320CETE8BRADNYZ7980FY2")).toBe("token:phone");
  expect(actorName("operator:anna")).toBe("operator:anna");
  expect(actorName("tele\u202egram:7\u001b[31m")).toBe("telegram:7");
});
