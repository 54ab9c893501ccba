import { expect, test } from "vitest";
import type { Order } from "../../api/client";
import { isNewest, listOptions, MOST_PAGES, type Orders, rowsOf, withChanges } from "./list";

const options = listOptions({});

function page(ids: string[], next: string | null) {
  return {
    items: ids.map((id) => ({ id, status: "queued", updated_at: "2026-11-22T23:00:00Z" }) as Order),
    next_cursor: next,
  };
}

test("one can go a thousand pages down and all the way back", () => {
  let place = options.initialPageParam;
  const down: unknown[] = [];
  for (let n = 1; n <= 1_000; n += 1) {
    down.push(place.cursor);
    const next = options.getNextPageParam(page([], `c${n}`), [], place, []);
    if (!next) throw new Error("no next page");
    place = next;
  }
  expect(options.maxPages).toBe(MOST_PAGES);
  const up: unknown[] = [];
  for (let at = options.getPreviousPageParam?.(page([], null), [], place, []); at; ) {
    up.unshift(at.cursor);
    at = options.getPreviousPageParam?.(page([], null), [], at, []);
  }
  expect(up).toEqual(down);
});

test("an order that moved between two reads is one row", () => {
  const orders: Orders = { pages: [page(["c", "b"], "x"), page(["b", "a"], null)], pageParams: [] };
  expect(rowsOf(orders).map((order) => order.id)).toEqual(["c", "b", "a"]);
});

test("only who sees the newest page alone sees all of it anew", () => {
  const first = { cursor: null, before: [] };
  const second = { cursor: "x", before: [null] };
  expect(isNewest({ pages: [page([], null)], pageParams: [first] })).toBe(true);
  expect(isNewest({ pages: [page([], null), page([], null)], pageParams: [first, second] })).toBe(false);
  expect(isNewest({ pages: [page([], null)], pageParams: [second] })).toBe(false);
});

test("a change is seen in its row, and what is no status in none", () => {
  const orders: Orders = { pages: [page(["b", "a"], null)], pageParams: [] };
  const change = (order_id: string, status: string) => ({ order_id, status, session_id: "s", event: "e" });
  const changed = withChanges(orders, [change("a", "delivered"), change("b", "<b>")]);
  expect(rowsOf(changed).map((order) => order.status)).toEqual(["queued", "delivered"]);
  expect(changed.pages[0]?.items[0]).toBe(orders.pages[0]?.items[0]);
  expect(withChanges(orders, [change("z", "delivered")])).toBe(orders);
});
