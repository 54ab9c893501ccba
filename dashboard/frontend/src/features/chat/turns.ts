/** A conversation as turns: a question, and what became of it. From what is stored and what comes live. Pure. */
import { type Hold, isOpen, type OrderDetail, type Receipt, type Role, type Status } from "../../api/client";
import type { OrderCourse, SessionCourse, Step } from "../../live/course";
import type { AttachedFile } from "../../ui/order/Attachments";
import type { Message } from "./queries";

const KINDS = ["image", "audio", "document"] as const;

export interface Turn {
  orderId: string;
  question: string;
  answer: string | null;
  course: OrderCourse | null;
}

/** The turns, oldest first; ids of orders are sortable by time. */
export function turnsOf(messages: readonly Message[], course: SessionCourse): Turn[] {
  const turns = new Map<string, Turn>();
  const turn = (orderId: string): Turn => {
    const known = turns.get(orderId) ?? {
      orderId,
      question: "",
      answer: null,
      course: course.orders[orderId] ?? null,
    };
    turns.set(orderId, known);
    return known;
  };
  for (const message of messages) {
    if (message.role === "user") turn(message.order_id).question = message.content;
    else turn(message.order_id).answer = message.content;
  }
  for (const order of Object.values(course.orders)) {
    const own = turn(order.orderId);
    own.question = order.question ?? own.question; // a stored message names its files in its words
    own.answer = order.answer ?? own.answer;
  }
  return [...turns.values()].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
}

/** How an order stands, by the newest that is known of it. */
export interface Stand {
  status: Status;
  owner: Role | null;
  reason: string | null;
  model: string | null;
  attempt: number;
  inQa: boolean;
  hold: Hold | null;
  answer: string | null;
  failure: string | null;
  receipt: Receipt | null;
  steps: Step[];
  isStopping: boolean;
}

export function standOf(turn: Turn, detail: OrderDetail | undefined): Stand {
  const { course } = turn;
  const order = detail?.order;
  const isAhead =
    order !== undefined && (course === null || (!isOpen(order.status) && isOpen(course.status)));
  return {
    status: isAhead ? order.status : (course?.status ?? (turn.answer === null ? "queued" : "delivered")),
    owner: (isAhead ? order.owner : course?.owner) ?? order?.owner ?? null,
    reason: course?.reason ?? order?.tier_reason ?? null,
    model: course?.model ?? detail?.attempts.at(-1)?.model ?? null,
    attempt: course?.attempt ?? order?.attempts ?? 0,
    inQa: !isAhead && (course?.inQa ?? false),
    hold: isAhead ? (order.hold ?? null) : (course?.hold ?? null),
    answer: course?.answer ?? order?.result ?? turn.answer,
    failure: course?.failure ?? order?.failure_reason ?? null,
    receipt: course?.receipt ?? detail?.receipt ?? null,
    steps: course?.steps ?? [],
    isStopping: typeof order?.cancel_requested_at === "string",
  };
}

/** What came with the question, numbered as the gateway does. */
export function filesOf(turn: Turn, detail: OrderDetail | undefined): AttachedFile[] {
  if (detail) return detail.attachments;
  const files = (turn.course?.files ?? []).map(({ kind, name }, n) => {
    const known = KINDS.find((one) => one === kind);
    return known ? { n: n + 1, kind: known, name: typeof name === "string" ? name : null } : null;
  });
  return files.filter((file) => file !== null);
}

/** What was asked, in its own words; a stored message names its files too. */
export function questionOf(turn: Turn, detail: OrderDetail | undefined): string {
  return turn.course?.question ?? detail?.order.content ?? turn.question;
}

/** Whether its voice message is heard: `null` when it has none. */
export function isHeard(turn: Turn, detail: OrderDetail | undefined): boolean | null {
  if (!filesOf(turn, detail).some((file) => file.kind === "audio")) return null;
  const isTold = turn.course?.steps.some((step) => step.event === "transcribed");
  return isTold || (detail?.events.some((event) => event.type === "order.transcribed") ?? false);
}

/** Dollars of the calls so far; null when one of them has no known price. */
export function costSoFar(detail: OrderDetail | undefined): number | null {
  const ended = (detail?.model_calls ?? []).filter((call) => call.status !== "started");
  if (ended.some((call) => call.cost_usd === null)) return null;
  return ended.reduce((sum, call) => sum + (call.cost_usd ?? 0), 0);
}
