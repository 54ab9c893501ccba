import { expect, test } from "vitest";
import { barsOf, summaryOf } from "./course";
import { aRun } from "./testing";

test("bars go from the oldest to the newest, and one long run leaves the others seen", () => {
  const bars = barsOf([aRun({ id: "3", duration_ms: 100 }), aRun({ id: "2", duration_ms: 10_000 })], 30);
  expect(bars.map((bar) => bar.run.id)).toEqual(["2", "3"]);
  expect(bars[0]?.height).toBe(1);
  expect(bars[1]?.height).toBeGreaterThanOrEqual(0.1);
  expect(barsOf([aRun({}), aRun({}), aRun({})], 2)).toHaveLength(2);
  expect(barsOf([aRun({ duration_ms: null })], 2)[0]?.height).toBeGreaterThan(0);
});

test("the summary counts what has ended", () => {
  const runs = [
    aRun({ status: "running", duration_ms: null }),
    aRun({ duration_ms: 300 }),
    aRun({ status: "failed", duration_ms: 100 }),
    aRun({ duration_ms: 200 }),
    aRun({ status: "lost", duration_ms: null }),
  ];
  expect(summaryOf(runs)).toEqual({ ended: 4, done: 2, halfMs: 200, longestMs: 300 });
  expect(summaryOf([])).toEqual({ ended: 0, done: 0, halfMs: null, longestMs: null });
});
