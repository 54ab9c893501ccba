import { expect, test } from "vitest";
import { takeLink } from "./link";

test("the one-time link is read once and wiped from the address at once", () => {
  window.history.replaceState(null, "", "/orders?status=failed#link=abc-123");
  expect(takeLink()).toBe("abc-123");
  expect(window.location.href).not.toContain("abc-123");
  expect(window.location.pathname + window.location.search).toBe("/orders?status=failed");
  expect(takeLink()).toBeNull();
});
