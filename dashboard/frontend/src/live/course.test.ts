import { describe, expect, test } from "vitest";
import { EMPTY, MOST_ORDERS, withEvents } from "./course";
import type { LiveEvent } from "./socket";

const ORDER = "WO-01M82RVWM3V7K0NAX92PZA8R96";

function event(name: string, payload: Record<string, unknown> = {}, seq: number | null = 1): LiveEvent {
  return {
    type: "event",
    event: `order.${name}`,
    payload: { order_id: ORDER, session_id: "s", ...payload },
    seq,
  };
}

const COURSE = [
  event("queued", { content: "What is the capital?", channel: "telegram" }, 1),
  event("triaged", { owner: "intern", reason: "a short question", rule: "small_fact" }, 2),
  event("working", { attempt: 1, role: "intern", model: "small" }, 3),
  event("qa", { passed: false, checks: 4, failed: [{ name: "answer.complete", evidence: "cut off" }] }, 4),
  event("escalated", { from: "intern", to: "director", failed: [] }, 5),
  event("working", { attempt: 2, role: "director", model: "large" }, 6),
  event("qa", { passed: true, checks: 4, failed: [] }, 7),
  event("delivered", { content: "Paris.", reason: null, receipt: { role: "director" } }, 8),
];

function courseOf(events: LiveEvent[]) {
  const order = withEvents(EMPTY, events).orders[ORDER];
  if (!order) throw new Error("no order");
  return order;
}

describe("the course of an order", () => {
  test("goes through its stages to the answer with its receipt", () => {
    const stages = COURSE.map((_, n) => {
      const order = courseOf(COURSE.slice(0, n + 1));
      return order.inQa ? "qa" : order.status;
    });
    expect(stages).toEqual(["queued", "triaged", "working", "qa", "triaged", "working", "qa", "delivered"]);
    const end = courseOf(COURSE);
    expect(end).toMatchObject({
      answer: "Paris.",
      owner: "director",
      attempt: 2,
      channel: "telegram",
      inQa: false,
    });
    expect(end.receipt).toMatchObject({ role: "director" });
    expect(end.steps.map((step) => step.event)).toEqual(COURSE.map((one) => one.event.slice(6)));
  });

  test("is the same when every event comes again, in one batch or in many", () => {
    const once = withEvents(EMPTY, COURSE);
    expect(withEvents(once, COURSE)).toEqual(once);
    expect(COURSE.reduce((course, one) => withEvents(course, [one]), EMPTY)).toEqual(once);
  });

  test("stays ended when previews of its earlier events arrive late", () => {
    const order = courseOf([
      ...COURSE,
      event("working", { attempt: 2, role: "director", model: "large" }, null),
    ]);
    expect(order.status).toBe("delivered");
  });

  test("asks before it spends, with prices as numbers", () => {
    const options = [{ role: "ceo", model: "m", about_usd: "0.42", at_most_usd: 0.9 }];
    const held = courseOf([event("queued"), event("held", { question: "Go on?", options })]);
    expect(held.hold).toEqual({ question: "Go on?", options: [{ ...options[0], about_usd: 0.42 }] });
    const approved = courseOf([
      event("held", { question: "Go on?", options }),
      event("approved", { owner: "ceo" }),
    ]);
    expect(approved).toMatchObject({ status: "triaged", hold: null, owner: "ceo" });
  });

  test("takes what a hostile event lacks or bends for nothing", () => {
    const odd = courseOf([
      event("queued", { content: 7, attachments: "x" }),
      event("no_such_thing", { role: {} }),
    ]);
    expect(odd).toMatchObject({ status: "queued", question: null, files: [] });
    expect(withEvents(EMPTY, [{ ...event("queued"), payload: {} }])).toEqual(EMPTY);
  });

  test("has the words of a voice message for its question once they are known", () => {
    const heard = courseOf([
      event("queued", { content: "Listen to it.", attachments: [{ kind: "audio", name: null }] }),
      event("transcribed", { text: "What is the capital?", seconds: 2, model: "ear" }),
    ]);
    expect(heard).toMatchObject({ status: "queued", question: "What is the capital?" });
    expect(heard.steps.at(-1)).toEqual({
      event: "transcribed",
      model: "ear",
      reason: "What is the capital?",
    });
  });

  test("keeps the newest orders of a session that never ends", () => {
    let course = EMPTY;
    const ids = Array.from(
      { length: 5_000 },
      (_, n) => `WO-01M82RVWM3V7K0NAX92P${String(n).padStart(6, "0")}`,
    );
    for (const id of ids) course = withEvents(course, [event("queued", { order_id: id })]);
    const kept = Object.keys(course.orders);
    expect(kept.length).toBeGreaterThanOrEqual(MOST_ORDERS);
    expect(kept.length).toBeLessThan(2 * MOST_ORDERS);
    expect(kept.at(-1)).toBe(ids.at(-1));
  });

  test("leaves the courses of other orders as they are, by identity", () => {
    const first = withEvents(EMPTY, COURSE);
    const other = event("queued", { order_id: "WO-01M82RVWM3V7K0NAX92PZA8R97" });
    expect(withEvents(first, [other]).orders[ORDER]).toBe(first.orders[ORDER]);
  });
});
