import { expect, test } from "vitest";
import { type HealthChange, healthyShare, stretchesOf } from "./history";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const HOUR = 3_600_000;

function change(component: string, hoursAgo: number, status: HealthChange["status"]): HealthChange {
  const at = new Date(NOON - hoursAgo * HOUR).toISOString();
  return { id: `${component}${hoursAgo}`, at, component, status, reason: status, host: "here" };
}

test("each part has its stretches, oldest first, the last of them open", () => {
  const changes = [
    change("redis", 1, "healthy"),
    change("redis", 2, "critical"),
    change("redis", 5, "healthy"),
  ];
  const own = stretchesOf(changes, NOON - 24 * HOUR, NOON).get("redis");
  expect(own?.map((one) => [one.status, (NOON - one.from) / HOUR, one.to === null])).toEqual([
    ["healthy", 5, false],
    ["critical", 2, false],
    ["healthy", 1, true],
  ]);
});

test("what was over before the time that is shown is not shown, what lasted into it begins with it", () => {
  const changes = [change("redis", 30, "healthy"), change("redis", 40, "critical")];
  const own = stretchesOf(changes, NOON - 24 * HOUR, NOON).get("redis");
  expect(own).toHaveLength(1);
  expect(own?.[0]).toMatchObject({ status: "healthy", from: NOON - 24 * HOUR, to: null });
});

test("parts that were in trouble come first", () => {
  const changes = [change("b", 1, "critical"), change("c", 2, "degraded"), change("a", 3, "healthy")];
  expect([...stretchesOf(changes, NOON - 24 * HOUR, NOON).keys()]).toEqual(["b", "c", "a"]);
});

test("the healthy share is that of the time of which one knows", () => {
  const changes = [change("redis", 1, "critical"), change("redis", 4, "healthy")];
  const own = stretchesOf(changes, NOON - 24 * HOUR, NOON).get("redis") ?? [];
  expect(healthyShare(own, NOON)).toBe(0.75);
});
