import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import { noteAll, noteChanges, noteConversation, ordersOf, refresherOf } from "./changes";
import type { Refresher } from "./refresher";

let client: QueryClient;
let refresher: Refresher;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient();
  refresher = refresherOf(client);
  asked = [];
  vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
    asked.push((filters?.queryKey ?? []).join(" "));
  });
});

test("a change asks again for every list, and for the one order only if somebody has read it", () => {
  client.setQueryData(["order", "WO-1"], {});
  noteChanges(client, refresher, [{ order_id: "WO-1" }, { order_id: "WO-2" }]);
  expect(asked.sort()).toEqual(["agents", "budget", "metrics", "order WO-1", "orders", "sessions"]);
});

test("more changes than were told ask again for every order", () => {
  noteChanges(client, refresher, [], true);
  expect(asked).toContain("order");
});

test("five thousand changes cost a list one request a second, and leave nothing behind", () => {
  for (let n = 0; n < 5_000; n += 1) {
    noteChanges(client, refresher, [{ order_id: `WO-${n}` }]);
    vi.advanceTimersByTime(2);
  }
  vi.advanceTimersByTime(20_000);
  const count = (name: string) => asked.filter((one) => one === name).length;
  expect(count("orders")).toBeLessThanOrEqual(12);
  expect(count("metrics")).toBeLessThanOrEqual(4);
  expect(vi.getTimerCount()).toBe(0);
  expect(client.getQueryCache().getAll()).toHaveLength(0);
});

test("a page that nobody sees asks for nothing until somebody does", () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  noteAll(refresher);
  vi.advanceTimersByTime(30_000);
  expect(asked).toEqual([]);
  hidden.mockReturnValue(false);
  vi.advanceTimersByTime(5_000);
  expect(asked).toContain("orders");
});

test("a conversation is asked for again only while it is kept, and seldom", () => {
  noteConversation(client, refresher, "s1");
  expect(asked).toEqual([]);
  client.setQueryData(["conversation", "s1"], {});
  for (let n = 0; n < 10; n += 1) {
    noteConversation(client, refresher, "s1");
    vi.advanceTimersByTime(100);
  }
  expect(asked).toEqual(["conversation s1"]);
});

test("an order that had many events is one", () => {
  const event = (order_id: unknown) => ({
    type: "event" as const,
    event: "e",
    payload: { order_id },
    seq: 1,
  });
  expect(ordersOf([event("WO-1"), event("WO-1"), event(7)])).toEqual([{ order_id: "WO-1" }]);
});
