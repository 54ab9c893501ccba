/** One order and what can be done with it, for every view that shows one. */
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, isOpen, newKey, type OrderDetail, type Tier, unwrap } from "./client";

export const ordersKey = ["orders"] as const;
export const sessionsKey = ["sessions"] as const;

/** Everything about one order; asked again by itself while it is open. */
export function orderOptions(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId] as const,
    queryFn: ({ signal }): Promise<OrderDetail> =>
      unwrap(api.GET("/api/work-orders/{order_id}", { params: { path: { order_id: orderId } }, signal })),
    refetchInterval: (query) => {
      const order = query.state.data?.order;
      return order && isOpen(order.status) ? 3_000 : false;
    },
  });
}

/** What the owner can do with an order; `escalate` and `retry` make a new one. */
export type OrderAction =
  | { kind: "cancel" }
  | { kind: "approve"; tier: Tier }
  | { kind: "escalate"; tier?: Tier }
  | { kind: "retry" };

/** Does one action, and brings what it changed up to date. */
export function useOrderAction(orderId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: OrderAction) => act(orderId, action),
    onSettled: () => refreshOrder(client, orderId),
  });
}

function refreshOrder(client: QueryClient, orderId: string): void {
  void client.invalidateQueries({ queryKey: ["order", orderId] });
  void client.invalidateQueries({ queryKey: ordersKey });
}

/** Does the action; returns the order that it is about from then on. */
async function act(orderId: string, action: OrderAction): Promise<string> {
  const path = { order_id: orderId };
  switch (action.kind) {
    case "cancel":
      await unwrap(api.POST("/api/work-orders/{order_id}/cancel", { params: { path } }));
      return orderId;
    case "approve":
      await unwrap(
        api.POST("/api/work-orders/{order_id}/approve", { params: { path }, ...json({ tier: action.tier }) }),
      );
      return orderId;
    case "escalate": {
      const params = { path, header: { "Idempotency-Key": newKey() } };
      const wish = action.tier ? { tier: action.tier } : {};
      const made = await unwrap(api.POST("/api/work-orders/{order_id}/escalate", { params, ...json(wish) }));
      return made.order_id;
    }
    case "retry": {
      const params = { path, header: { "Idempotency-Key": newKey() } };
      return (await unwrap(api.POST("/api/work-orders/{order_id}/retry", { params }))).order_id;
    }
  }
}

/** A body that OpenAPI does not describe, because the gateway reads it by hand. */
function json(body: object) {
  return { body: body as never, headers: { "Content-Type": "application/json" } };
}
