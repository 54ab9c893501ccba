/** An order as it happened, moment by moment: its events and its model calls in one row. Pure. */
import type { OrderDetail, Role, Status } from "../../api/client";
import { EMPTY, type Step, stepOf, withEvents } from "../../live/course";

type Call = OrderDetail["model_calls"][number];
type Attempt = OrderDetail["attempts"][number];
type Verdict = OrderDetail["verdicts"][number];

/** One thing that happened, with what was on the table then. */
export interface Moment {
  at: string;
  /** Milliseconds since the order was accepted. */
  afterMs: number;
  /** Of an event; a moment of a model call has none. */
  step: Step | null;
  call: Call | null;
  attempt: Attempt | null;
  verdict: Verdict | null;
  /** Events up to here, itself included. */
  events: number;
}

/** Everything in the order in which it happened. What has one time is in the order in which it was written. */
export function momentsOf(detail: OrderDetail): Moment[] {
  const began = Date.parse(detail.order.created_at);
  const moment = (at: string, rest: Partial<Moment>): Moment => ({
    at,
    afterMs: Math.max(0, Date.parse(at) - began),
    step: null,
    call: null,
    attempt: null,
    verdict: null,
    events: 0,
    ...rest,
  });
  let tries = 0;
  const events = detail.events.map((event, n) => {
    const step = stepOf(event.type.replace(/^order\./, ""), event.payload, tries);
    if (step.event === "working") tries = step.attempt ?? tries + 1;
    const attempt = attemptOf(detail, step, tries);
    const verdict = step.event === "qa" ? detail.verdicts.find((one) => one.attempt === tries) : undefined;
    return moment(event.created_at, { step, attempt, verdict: verdict ?? null, events: n + 1 });
  });
  const calls = detail.model_calls.map((call) => {
    const attempt = detail.attempts.find((one) => one.id === call.attempt_id) ?? null;
    return moment(call.finished_at ?? call.started_at, { call, attempt });
  });
  return merged(events, calls);
}

function attemptOf(detail: OrderDetail, step: Step, n: number): Attempt | null {
  if (step.event !== "working" && step.event !== "qa") return null;
  return detail.attempts.find((one) => one.n === n) ?? null;
}

/** Events keep their order whatever their clocks say; each call stands before the first event that is later. */
function merged(events: readonly Moment[], calls: readonly Moment[]): Moment[] {
  const waiting = [...calls].sort((one, other) => one.afterMs - other.afterMs);
  const all: Moment[] = [];
  for (const event of events) {
    while (waiting[0] && waiting[0].afterMs <= event.afterMs && all.length > 0) put(all, waiting.shift());
    all.push(event);
  }
  for (const call of waiting) put(all, call);
  return all;
}

function put(all: Moment[], call: Moment | undefined): void {
  if (call) all.push({ ...call, events: all.at(-1)?.events ?? 0 });
}

/** How the order stood at a moment. */
export interface StandThen {
  status: Status;
  inQa: boolean;
  owner: Role | null;
  /** Dollars of the calls until then; null when one of them has no known price. */
  costUsd: number | null;
}

export function standAt(detail: OrderDetail, moments: readonly Moment[], n: number): StandThen {
  const known = detail.events.slice(0, moments[n]?.events ?? 0).map((event) => ({
    type: "event" as const,
    event: event.type,
    payload: { ...event.payload, order_id: detail.order.id },
    seq: event.seq,
  }));
  const course = withEvents(EMPTY, known).orders[detail.order.id];
  const costs = moments
    .slice(0, n + 1)
    .flatMap(({ call }) => (call && call.status !== "started" ? [call.cost_usd] : []));
  return {
    status: course?.status ?? "queued",
    inQa: course?.inQa ?? false,
    owner: course?.owner ?? null,
    costUsd: costs.some((cost) => cost === null)
      ? null
      : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
  };
}

export const SPEEDS = [1, 4, 16] as const;
export type Speed = (typeof SPEEDS)[number];

const SHORTEST_MS = 700; // long enough to see what happened
const LONGEST_MS = 4_000; // nobody watches a model think

/** How long a moment stays before the next one, at a speed. */
export function pauseMs(moments: readonly Moment[], n: number, speed: Speed): number {
  const gap = (moments[n + 1]?.afterMs ?? 0) - (moments[n]?.afterMs ?? 0);
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, gap / speed));
}
