/** What events and changes mean for what was read over REST: which of it is to be read again, and how often at most. */
import type { QueryClient } from "@tanstack/react-query";
import { ordersKey, sessionsKey } from "../api/orders";
import { Refresher, type Topic } from "./refresher";
import type { Change, LiveEvent } from "./socket";

const ORDER = "order";
const CONVERSATION = "conversation";
/** Every key that orders change; the last ones are dearer to make, and nobody reads them by the second. */
const PAUSES_MS: Readonly<Record<string, number>> = {
  [ordersKey[0]]: 1_000,
  [sessionsKey[0]]: 1_000,
  [ORDER]: 1_000,
  agents: 2_000,
  budget: 2_000,
  metrics: 5_000,
};
const CONVERSATION_MS = 5_000; // what is said comes live; this is for what is no longer kept of it

/** A refresher of the cache. A page that nobody sees reads nothing until somebody does. */
export function refresherOf(client: QueryClient): Refresher {
  const reader = {
    isBusy: (topic: Topic) => document.hidden || client.isFetching({ queryKey: topic }) > 0,
    read: (topic: Topic) =>
      void client.invalidateQueries({ queryKey: topic, predicate: (one) => !isLong(one) }),
    setTimeout: (run: () => void, ms: number) => window.setTimeout(run, ms),
    clearTimeout: (timer: number) => window.clearTimeout(timer),
  };
  return new Refresher(reader, ([name]) => PAUSES_MS[name ?? ""] ?? CONVERSATION_MS);
}

/** Who has gone on to older orders reads: then their page says that there are newer ones. */
function isLong({ queryKey, state }: { queryKey: readonly unknown[]; state: { data: unknown } }): boolean {
  const pages = (state.data as { pages?: unknown[] } | undefined)?.pages;
  return queryKey[0] === ordersKey[0] && (pages?.length ?? 0) > 1;
}

/** Everything may have changed. */
export function noteAll(refresher: Refresher): void {
  for (const topic of Object.keys(PAUSES_MS)) refresher.note([topic]);
}

/** These orders changed; `more`: others as well. Of single orders only those that somebody has read matter. */
export function noteChanges(
  client: QueryClient,
  refresher: Refresher,
  changes: readonly Pick<Change, "order_id">[],
  more = false,
): void {
  for (const topic of Object.keys(PAUSES_MS)) if (topic !== ORDER || more) refresher.note([topic]);
  for (const { order_id } of changes) {
    if (client.getQueryState([ORDER, order_id])) refresher.note([ORDER, order_id]);
  }
}

/** A session whose events come live went on. */
export function noteConversation(client: QueryClient, refresher: Refresher, sessionId: string): void {
  if (client.getQueryState([CONVERSATION, sessionId])) refresher.note([CONVERSATION, sessionId]);
}

export function ordersOf(events: readonly LiveEvent[]): { order_id: string }[] {
  const ids = events.map((event) => event.payload.order_id).filter((id) => typeof id === "string");
  return [...new Set(ids)].map((order_id) => ({ order_id }));
}
