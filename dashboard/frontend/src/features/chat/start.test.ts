import { expect, test } from "vitest";
import type { OrderDetail, Schemas } from "../../api/client";
import { EMPTY, withEvents } from "../../live/course";
import { filesOf, isHeard, questionOf, turnsOf } from "./turns";
import { oldestOrder, startOf } from "./useStart";

const OLD = "WO-01M82RVWM3V7K0NAX92PZA8R96";
const NEW = "WO-01M82RVWPAJA0YTHP2G1JRN1DM";

function end(earlier: string | null) {
  const messages = [{ order_id: NEW }, { order_id: OLD }];
  return { messages, earlier_cursor: earlier } as Schemas["SessionDetail"];
}

test("a whole conversation is followed from its first event, a long one from the oldest order that is shown", () => {
  expect(oldestOrder(end(null))).toBeNull();
  expect(oldestOrder(end("m1"))).toBe(OLD);
  expect(startOf([{ seq: 7 }, { seq: 6 }])).toBe(5);
  expect(startOf([])).toBe(0);
});

const VOICE = [
  { n: 1, kind: "audio" as const, name: "voice.wav", size: 5, media_type: "audio/wav", sha256: "" },
];
const stored = [
  { id: "m", role: "user", content: "Listen. [voice.wav]", order_id: OLD, created_at: "", url: "" },
];

test("an old turn has the files and the words that its order has", () => {
  const [turn] = turnsOf(stored, EMPTY);
  if (!turn) throw new Error("no turn");
  const events = [{ type: "order.transcribed" }];
  const detail = { order: { content: "France?" }, attachments: VOICE, events } as unknown as OrderDetail;
  expect([filesOf(turn, undefined), questionOf(turn, undefined)]).toEqual([[], "Listen. [voice.wav]"]);
  expect([filesOf(turn, detail), questionOf(turn, detail)]).toEqual([VOICE, "France?"]);
  expect(isHeard(turn, detail)).toBe(true);
  expect(isHeard(turn, { ...detail, events: [] })).toBe(false);
});

test("a live turn has the files that its event tells, numbered as the gateway does", () => {
  const attachments = [
    { kind: "odd", name: "x" },
    { kind: "image", name: null },
  ];
  const payload = { order_id: OLD, session_id: "s", content: "Look", attachments };
  const [turn] = turnsOf([], withEvents(EMPTY, [{ type: "event", event: "order.queued", payload, seq: 1 }]));
  if (!turn) throw new Error("no turn");
  expect(filesOf(turn, undefined)).toEqual([{ n: 2, kind: "image", name: null }]);
  expect(isHeard(turn, undefined)).toBeNull();
});
