import { expect, test } from "vitest";
import type { OrderDetail } from "../../api/client";
import { EMPTY, withEvents } from "../../live/course";
import { keyed, type Message } from "./queries";
import { standOf, turnsOf } from "./turns";

const FIRST = "WO-01M82RVWM3V7K0NAX92PZA8R96";
const SECOND = "WO-01M82RVWPAJA0YTHP2G1JRN1DM";

function message(role: string, content: string, orderId: string): Message {
  return {
    id: `${orderId}${role}`,
    role,
    content,
    order_id: orderId,
    created_at: "2026-11-22T23:00:00Z",
    url: "",
  };
}

function live(name: string, orderId: string, payload: object) {
  const event = { order_id: orderId, session_id: "s", ...payload };
  return { type: "event" as const, event: `order.${name}`, payload: event, seq: 1 };
}

test("stored messages and live orders are one conversation, oldest first", () => {
  const course = withEvents(EMPTY, [live("queued", SECOND, { content: "And Spain?", channel: "telegram" })]);
  const turns = turnsOf([message("user", "France?", FIRST), message("assistant", "Paris.", FIRST)], course);
  expect(turns.map((turn) => [turn.question, turn.answer])).toEqual([
    ["France?", "Paris."],
    ["And Spain?", null],
  ]);
});

test("an order that ended while the line was lost stands as the gateway says", () => {
  const course = withEvents(EMPTY, [live("working", FIRST, { attempt: 1, role: "intern", model: "m" })]);
  const [turn] = turnsOf([message("user", "France?", FIRST)], course);
  const detail = {
    order: { status: "delivered", owner: "director", result: "Paris.", cancel_requested_at: null },
    attempts: [],
    model_calls: [],
    receipt: null,
  } as unknown as OrderDetail;
  expect(turn && standOf(turn, undefined).status).toBe("working");
  expect(turn && standOf(turn, detail)).toMatchObject({
    status: "delivered",
    owner: "director",
    answer: "Paris.",
  });
});

test("the same message sent again has the same key, another one has another", () => {
  const words = { content: "France?", tier: null, sessionId: null, attachments: [] };
  const failed = keyed(words, undefined);
  expect(keyed(words, failed).key).toBe(failed.key);
  expect(keyed({ ...words, tier: "ceo" }, failed).key).not.toBe(failed.key);
  expect(keyed(words, undefined).key).not.toBe(failed.key);
});
