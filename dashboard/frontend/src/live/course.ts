/** What the events of a session add up to: the course of each of its orders. Pure, and idempotent. */
import type { Hold, Receipt, Role, Status } from "../api/client";
import type { LiveEvent } from "./socket";

export interface FailedCheck {
  name: string;
  evidence: string;
}

/** One thing that happened on the way; the words are the views' business. */
export interface Step {
  event: string;
  role?: string;
  model?: string;
  /** The tool that did it, or is chosen to; no model was asked. */
  equipment?: string;
  attempt?: number;
  reason?: string;
  passed?: boolean;
  failed?: FailedCheck[];
}

export interface SentFile {
  kind: string;
  name: string | null;
}

/** One order as its events tell it. */
export interface OrderCourse {
  orderId: string;
  status: Status;
  question: string | null;
  channel: string | null;
  retryOf: string | null;
  files: SentFile[];
  owner: Role | null;
  reason: string | null;
  model: string | null;
  attempt: number;
  inQa: boolean;
  steps: Step[];
  hold: Hold | null;
  answer: string | null;
  failure: string | null;
  receipt: Receipt | null;
}

export interface SessionCourse {
  /** The newest ones, oldest first, since ids are sortable by time. */
  orders: Readonly<Record<string, OrderCourse>>;
}

export const EMPTY: SessionCourse = { orders: {} };

/** Orders of one session that are kept; older ones are in the store. */
export const MOST_ORDERS = 200;
const ROOM = 50; // so that not every event makes room

/** The rule of triage by which a tool answers. */
const EQUIPMENT = "equipment";
const ENDS: ReadonlySet<string> = new Set(["delivered", "asked", "declined", "failed", "cancelled", "dead"]);

/** The session with the events on top. Events that are known change nothing, in whatever order they come again. */
export function withEvents(course: SessionCourse, events: readonly LiveEvent[]): SessionCourse {
  const orders = { ...course.orders };
  for (const event of events) {
    const orderId = event.payload.order_id;
    if (typeof orderId !== "string") continue;
    orders[orderId] = advance(orders[orderId] ?? fresh(orderId), event);
  }
  return { orders: newest(orders) };
}

function newest(orders: Record<string, OrderCourse>): Record<string, OrderCourse> {
  const ids = Object.keys(orders);
  if (ids.length <= MOST_ORDERS + ROOM) return orders;
  const kept = ids.sort().slice(-MOST_ORDERS);
  return Object.fromEntries(kept.flatMap((id) => (orders[id] ? [[id, orders[id]]] : [])));
}

function fresh(orderId: string): OrderCourse {
  return {
    orderId,
    status: "queued",
    question: null,
    channel: null,
    retryOf: null,
    files: [],
    owner: null,
    reason: null,
    model: null,
    attempt: 0,
    inQa: false,
    steps: [],
    hold: null,
    answer: null,
    failure: null,
    receipt: null,
  };
}

function advance(before: OrderCourse, event: LiveEvent): OrderCourse {
  if (ENDS.has(before.status)) return before; // whatever comes again
  const name = event.event.replace(/^order\./, "");
  const said = event.payload;
  const order = { ...before, steps: withStep(before.steps, stepOf(name, said, before.attempt)) };
  if (ENDS.has(name)) return ended(order, name as Status, said);
  switch (name) {
    case "queued":
      return {
        ...order,
        question: text(said.content),
        channel: text(said.channel),
        retryOf: text(said.retry_of),
        files: Array.isArray(said.attachments) ? (said.attachments as SentFile[]) : [],
      };
    case "transcribed":
      return { ...order, question: text(said.text) ?? order.question };
    case "triaged":
      return { ...order, status: "triaged", owner: role(said.owner), reason: text(said.reason) };
    case "working":
      return {
        ...order,
        status: "working",
        owner: role(said.role) ?? order.owner,
        model: text(said.model),
        attempt: Number(said.attempt) || order.attempt,
        inQa: false,
        hold: null,
      };
    case "qa":
      return { ...order, inQa: true };
    case "retrying":
    case "escalated":
    case "stepped_down":
      return { ...order, status: "triaged", owner: role(said.to) ?? order.owner, inQa: false };
    case "held":
      return { ...order, status: "held", hold: holdOf(said) };
    case "approved":
      return { ...order, status: "triaged", hold: null, owner: role(said.owner) ?? order.owner };
    default:
      return order;
  }
}

function ended(order: OrderCourse, status: Status, said: LiveEvent["payload"]): OrderCourse {
  return {
    ...order,
    status,
    inQa: false,
    hold: null,
    answer: text(said.content),
    failure: text(said.reason),
    receipt: (said.receipt as Receipt | null | undefined) ?? null,
  };
}

/** One event as a step; `attempt` is the try that QA speaks of. */
export function stepOf(name: string, said: LiveEvent["payload"], attempt: number): Step {
  const step: Step = name === "qa" ? { event: name, attempt } : { event: name };
  const who = text(said.role) ?? text(said.to) ?? text(said.owner);
  if (who) step.role = who;
  const model = text(said.model);
  if (model) step.model = model;
  const tool = text(said.equipment) ?? (said.rule === EQUIPMENT ? "" : null);
  if (tool !== null) step.equipment = tool;
  if (typeof said.attempt === "number") step.attempt = said.attempt;
  const reason =
    text(said.reason) ?? text(said.question) ?? (name === "transcribed" ? text(said.text) : null);
  if (reason) step.reason = reason;
  if (typeof said.passed === "boolean") step.passed = said.passed;
  if (Array.isArray(said.failed)) step.failed = said.failed as FailedCheck[];
  return step;
}

/** Previews come again with their number: the same step twice is one. */
function withStep(steps: Step[], step: Step): Step[] {
  const written = JSON.stringify(step);
  return steps.some((known) => JSON.stringify(known) === written) ? steps : [...steps, step];
}

function holdOf(said: LiveEvent["payload"]): Hold {
  const options = Array.isArray(said.options) ? said.options : [];
  return {
    question: text(said.question) ?? "",
    options: options.map((option) => ({
      ...option,
      about_usd: Number(option.about_usd),
      at_most_usd: Number(option.at_most_usd),
    })),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function role(value: unknown): Role | null {
  return value === "admin" || value === "intern" || value === "director" || value === "ceo" ? value : null;
}
