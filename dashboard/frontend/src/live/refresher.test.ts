import { beforeEach, expect, test, vi } from "vitest";
import { Refresher } from "./refresher";

const ORDERS = ["orders"] as const;
let reads: string[];
let busy: boolean;
let refresher: Refresher;

beforeEach(() => {
  vi.useFakeTimers();
  reads = [];
  busy = false;
  const reader = {
    isBusy: () => busy,
    read: (topic: readonly string[]) => reads.push(topic.join(" ")),
    setTimeout: (run: () => void, ms: number) => window.setTimeout(run, ms),
    clearTimeout: (timer: number) => window.clearTimeout(timer),
  };
  refresher = new Refresher(reader, ([name]) => (name === "metrics" ? 5_000 : 1_000));
});

test("the first change is read at once, what follows once a pause", () => {
  for (let n = 0; n < 5_000; n += 1) {
    refresher.note(ORDERS);
    vi.advanceTimersByTime(2);
  }
  vi.advanceTimersByTime(1_000);
  expect(reads.length).toBeGreaterThanOrEqual(10);
  expect(reads.length).toBeLessThanOrEqual(12);
});

test("the last change is always read, and then there is rest", () => {
  refresher.note(ORDERS);
  refresher.note(ORDERS);
  expect(reads).toEqual(["orders"]);
  vi.advanceTimersByTime(1_000);
  expect(reads).toEqual(["orders", "orders"]);
  vi.advanceTimersByTime(60_000);
  expect(reads).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test("what is being read is read again afterwards, not begun anew", () => {
  busy = true;
  refresher.note(ORDERS);
  vi.advanceTimersByTime(3_000);
  expect(reads).toEqual([]);
  busy = false;
  vi.advanceTimersByTime(1_000);
  expect(reads).toEqual(["orders"]);
});

test("each topic has its own pause", () => {
  for (let n = 0; n < 49; n += 1) {
    refresher.note(ORDERS);
    refresher.note(["metrics"]);
    refresher.note(["order", "WO-1"]);
    vi.advanceTimersByTime(100);
  }
  const count = (name: string) => reads.filter((read) => read === name).length;
  expect(count("orders")).toBe(5);
  expect(count("order WO-1")).toBe(5);
  expect(count("metrics")).toBe(1);
});

test("a stopped one reads nothing more", () => {
  refresher.note(ORDERS);
  refresher.note(ORDERS);
  refresher.stop();
  vi.advanceTimersByTime(10_000);
  expect(reads).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
