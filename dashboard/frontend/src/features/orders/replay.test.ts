import { expect, test } from "vitest";
import type { OrderDetail } from "../../api/client";
import { momentsOf, pauseMs, standAt } from "./replay";

const START = Date.parse("2026-11-22T23:00:00Z");
const at = (ms: number) => new Date(START + ms).toISOString();

function event(seq: number, ms: number, name: string, payload: object = {}) {
  return { seq, type: `order.${name}`, payload: { session_id: "s", ...payload }, created_at: at(ms) };
}

function call(id: string, ms: number, attemptId: string | null, costUsd: number | null) {
  return {
    id,
    attempt_id: attemptId,
    status: "recorded",
    cost_usd: costUsd,
    started_at: at(ms),
    finished_at: at(ms),
  };
}

const DETAIL = {
  order: { id: "WO-1", created_at: at(0) },
  events: [
    event(4, 0, "queued", { content: "France?" }),
    event(5, 10, "triaged", { owner: "intern" }),
    event(6, 20, "working", { attempt: 1, role: "intern", model: "m" }),
    event(7, 900, "qa", { passed: false, failed: [] }),
    event(8, 900, "escalated", { to: "director" }),
    event(9, 910, "working", { attempt: 2, role: "director", model: "n" }),
    event(10, 9_000, "qa", { passed: true, failed: [] }),
    event(11, 9_000, "delivered", { content: "Paris." }),
  ],
  attempts: [
    { id: "a1", n: 1, answer: "Lyon.", feedback: [] },
    { id: "a2", n: 2, answer: "Paris.", feedback: ["It is not Lyon."] },
  ],
  verdicts: [
    { attempt: 1, passed: false, checks: [] },
    { attempt: 2, passed: true, checks: [] },
  ],
  model_calls: [call("c2", 8_000, "a2", 0.5), call("c1", 800, "a1", 0.25)],
} as unknown as OrderDetail;

test("events and model calls are one row, as they happened", () => {
  const told = momentsOf(DETAIL).map(({ step, call }) => step?.event ?? call?.id);
  const wanted = [
    "queued",
    "triaged",
    "working",
    "c1",
    "qa",
    "escalated",
    "working",
    "c2",
    "qa",
    "delivered",
  ];
  expect(told).toEqual(wanted);
});

test("each moment has what was on the table then", () => {
  const moments = momentsOf(DETAIL);
  expect(moments.map((one) => one.attempt?.answer ?? null)).toEqual([
    null,
    null,
    "Lyon.",
    "Lyon.",
    "Lyon.",
    null,
    "Paris.",
    "Paris.",
    "Paris.",
    null,
  ]);
  expect(moments.map((one) => one.verdict?.passed).filter((one) => one !== undefined)).toEqual([false, true]);
});

test("the order stands as it did, with what it had cost", () => {
  const moments = momentsOf(DETAIL);
  const stands = moments.map((_, n) => standAt(DETAIL, moments, n));
  expect(stands.map((one) => (one.inQa ? "qa" : one.status))).toEqual([
    "queued",
    "triaged",
    "working",
    "working",
    "qa",
    "triaged",
    "working",
    "working",
    "qa",
    "delivered",
  ]);
  expect(stands.map((one) => one.costUsd)).toEqual([0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75]);
  expect(stands[6]?.owner).toBe("director");
});

test("a call without a price leaves the cost unknown from then on", () => {
  const detail = { ...DETAIL, model_calls: [call("c1", 800, "a1", null)] } as unknown as OrderDetail;
  const moments = momentsOf(detail);
  expect(standAt(detail, moments, 2).costUsd).toBe(0);
  expect(standAt(detail, moments, 3).costUsd).toBeNull();
});

test("a pause is as long as it was, but never too short to see or too long to wait", () => {
  const moments = momentsOf(DETAIL);
  expect(pauseMs(moments, 0, 1)).toBe(700);
  expect(pauseMs(moments, 2, 1)).toBe(780);
  expect(pauseMs(moments, 6, 1)).toBe(4_000);
  expect(pauseMs(moments, 6, 4)).toBeCloseTo(1_772.5);
});

test("an order without any event has no moment", () => {
  const detail = { ...DETAIL, events: [], model_calls: [] } as unknown as OrderDetail;
  expect(momentsOf(detail)).toEqual([]);
  expect(standAt(detail, [], 0)).toMatchObject({ status: "queued", costUsd: 0 });
});
