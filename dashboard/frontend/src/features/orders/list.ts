/** The list of orders, page by page. Far pages are dropped, and read again by who goes back to them. */
import { type InfiniteData, infiniteQueryOptions } from "@tanstack/react-query";
import { api, type Order, type Schemas, STATUSES, unwrap } from "../../api/client";
import { ordersKey } from "../../api/orders";
import type { Change } from "../../live/socket";
import { asQuery, type OrderSearch } from "./search";

export const PAGE = 50;
export const MOST_PAGES = 4;

/** Where a page is: its cursor, and the cursors of the pages before it. */
interface Place {
  cursor: string | null;
  before: readonly (string | null)[];
}

const NEWEST: Place = { cursor: null, before: [] };

/** What is read so far; its page parameters are of type `Place`. */
export type Orders = InfiniteData<Schemas["OrderPage"]>;

export function listOptions(search: OrderSearch) {
  return infiniteQueryOptions({
    queryKey: [...ordersKey, search] as const,
    queryFn: ({ pageParam: { cursor }, signal }) => {
      const query = { ...asQuery(search), limit: PAGE, ...(cursor ? { cursor } : {}) };
      return unwrap(api.GET("/api/work-orders", { params: { query }, signal }));
    },
    initialPageParam: NEWEST,
    maxPages: MOST_PAGES,
    getNextPageParam: (page, _pages, { cursor, before }): Place | undefined =>
      page.next_cursor === null ? undefined : { cursor: page.next_cursor, before: [...before, cursor] },
    getPreviousPageParam: (_page, _pages, { before }): Place | undefined =>
      before.length === 0 ? undefined : { cursor: before.at(-1) ?? null, before: before.slice(0, -1) },
  });
}

/** Whether it shows the newest orders alone, so that it can be kept up to date as a whole. */
export function isNewest(orders: Orders | undefined): boolean {
  const first = orders?.pageParams[0] as Place | undefined;
  return !orders || (orders.pages.length === 1 && (first?.cursor ?? null) === null);
}

/** Every order once: one that moved between two reads is in two pages. */
export function rowsOf(orders: Orders): Order[] {
  const rows = new Map(orders.pages.flatMap((page) => page.items).map((order) => [order.id, order]));
  return [...rows.values()];
}

/** The orders with what the changes say of them; themselves when they say nothing. */
export function withChanges(orders: Orders, changes: readonly Change[]): Orders {
  const told = new Map(changes.map((change) => [change.order_id, change.status]));
  if (!orders.pages.some((page) => page.items.some((order) => told.has(order.id)))) return orders;
  const pages = orders.pages.map((page) => ({
    ...page,
    items: page.items.map((order) => {
      const status = STATUSES.find((known) => known === told.get(order.id));
      return status && status !== order.status ? { ...order, status } : order;
    }),
  }));
  return { ...orders, pages };
}
