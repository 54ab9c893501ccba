/** One order, kept up to date while it is open. */
import { useQuery } from "@tanstack/react-query";
import { isOpen } from "../../api/client";
import { orderOptions } from "../../api/orders";
import { usePace } from "../../live/LiveProvider";

const PACE_MS = 3_000;

export function useOrder(orderId: string) {
  const pace = usePace(PACE_MS);
  return useQuery({
    ...orderOptions(orderId),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.order.status) ? pace : false),
  });
}
