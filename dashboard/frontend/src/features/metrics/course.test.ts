import { expect, test } from "vitest";
import { bucketName, linesOf, type Series } from "./course";
import { courseCsv } from "./csv";

const NOTHING = [0, 0];
const GROUP = {
  role: null,
  provider: null,
  model: null,
  calls: [2, 0],
  cost_usd: [0.5, 0],
  ceo_cost_usd: [2, 0],
  input_tokens: [100, 0],
  output_tokens: [20, 0],
  p50_ms: [320, null],
  p95_ms: [900, null],
  verdicts: [4, 0],
  passed: [0, 0],
  tried: [4, 0],
  escalated: [1, 0],
};
const SERIES = {
  period: "today",
  by: "role",
  timezone: "Asia/Shanghai",
  unit: "hour",
  starts: ["2026-11-22T16:00:00Z", "2026-11-22T17:00:00Z"],
  ends_at: "2026-11-22T18:00:00Z",
  partial: false,
  groups: [
    { ...GROUP, name: "intern" },
    { ...GROUP, name: "=ceo", calls: NOTHING, cost_usd: NOTHING, verdicts: NOTHING, p50_ms: [null, 0] },
  ],
  orders: { arrived: [3, 0], delivered: [2, 0], failed: NOTHING, escalated: [1, 0], saved_usd: [1.5, -0.5] },
} as Series;

test("sums are those of the groups that have any", () => {
  expect(linesOf(SERIES, "cost")).toEqual([{ name: "intern", values: [0.5, 0] }]);
  expect(linesOf(SERIES, "tokens")[0]).toEqual({ name: "intern", values: [120, 0] });
  expect(linesOf(SERIES, "saved")).toEqual([{ name: "saved", values: [1.5, -0.5] }]);
});

test("a rate of nought is shown, and where nothing was judged there is none", () => {
  expect(linesOf(SERIES, "passRate")).toEqual([{ name: "intern", values: [0, null] }]);
  expect(linesOf(SERIES, "escalation")[0]).toEqual({ name: "intern", values: [0.25, null] });
  expect(linesOf(SERIES, "p50").map((line) => line.values)).toEqual([
    [320, null],
    [null, 0],
  ]);
});

test("orders are counted for the company, without what never happened", () => {
  expect(linesOf(SERIES, "orders").map((line) => line.name)).toEqual(["arrived", "delivered", "escalated"]);
});

test("buckets are named in the company's time zone, or this browser's when it does not know it", () => {
  expect(bucketName("2026-11-22T16:00:00Z", SERIES, "en")).toBe("00:00");
  expect(bucketName("2026-11-22T16:00:00Z", { ...SERIES, unit: "day" }, "en")).toBe("Nov 23");
  expect(bucketName("2026-11-22T16:00:00Z", { ...SERIES, timezone: "Mars/Base" }, "en")).toMatch(/^\d\d:00$/);
});

test("the CSV has every bucket of every name, and no formula", () => {
  const rows = courseCsv(SERIES).split("\r\n");
  expect(rows).toHaveLength(1 + 2 * 3);
  expect(rows[0]).toMatch(/^start,by,name,calls,cost_usd,/);
  expect(rows[1]).toBe("2026-11-22T16:00:00Z,role,intern,2,0.5,2,100,20,320,900,4,0,4,1,,,,,");
  expect(rows[3]).toContain(",'=ceo,");
  expect(rows[5]).toBe("2026-11-22T16:00:00Z,company,,,,,,,,,,,,,3,2,0,1,1.5");
});
