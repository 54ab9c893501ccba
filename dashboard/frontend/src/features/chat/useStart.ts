/** From which event on a conversation is followed: of a long one only what its end shows, not all that ever was. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { orderOptions } from "../../api/orders";

/**
 * The number of the last event before what is shown; 0 for all, undefined while it is not known.
 *
 * Decided once, by the part that was read first: what comes later comes live.
 */
export function useStart(parts: readonly Schemas["SessionDetail"][] | undefined): number | undefined {
  const [oldest, setOldest] = useState<string | null | undefined>(undefined);
  const end = parts?.[0];
  if (end && oldest === undefined) setOldest(oldestOrder(end));
  const found = useQuery({
    ...orderOptions(oldest ?? ""),
    enabled: Boolean(oldest),
    refetchInterval: false,
  });
  if (oldest === undefined) return undefined;
  if (oldest === null || found.isError) return 0;
  return found.data ? startOf(found.data.events) : undefined;
}

/** The oldest order of a conversation's end; null when that is the whole conversation. */
export function oldestOrder(end: Schemas["SessionDetail"]): string | null {
  if (end.earlier_cursor === null) return null;
  return end.messages.map((message) => message.order_id).sort()[0] ?? null;
}

export function startOf(events: readonly { seq: number }[]): number {
  return events.length === 0 ? 0 : Math.max(0, Math.min(...events.map((event) => event.seq)) - 1);
}
