import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { SessionsSection } from "./SessionsSection";

function aBrowser(id: string, own: object = {}) {
  return {
    id,
    kind: "browser",
    name: "@browser",
    role: "owner",
    created_at: "2026-11-23T09:00:00Z",
    created_by: "owner",
    expires_at: "2026-11-23T21:00:00Z",
    revoked_at: null,
    opens: true,
    current: false,
    ...own,
  };
}

const assign = vi.fn();

beforeEach(async () => {
  assign.mockClear();
  vi.spyOn(window.location, "assign").mockImplementation(assign);
  await startLanguages();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("the browsers that are signed in are listed, and another one can be signed out", async () => {
  let other = aBrowser("01B");
  const over = aBrowser("01C", { opens: false });
  const sent = aGateway({
    "GET /api/tokens": () => ({ body: { items: [aBrowser("01A", { current: true }), other, over] } }),
    "DELETE /api/tokens/01B": () => {
      other = aBrowser("01B", { opens: false });
      return { body: other };
    },
  });
  show(<SessionsSection />);
  const list = await screen.findByRole("list", { name: "Signed-in browsers" });
  expect(within(list).getAllByRole("listitem")).toHaveLength(2);
  expect(within(list).getByText("this browser")).toBeTruthy();
  fireEvent.click(within(list).getByRole("button"));
  fireEvent.click(within(list).getByRole("button", { name: "Sign out" }));
  await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(1));
  expect(sent.map((one) => one.call)).toContain("DELETE /api/tokens/01B");
});

test("one signs out here without a question", async () => {
  const sent = aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "DELETE /api/session": () => ({ body: {} }),
  });
  show(<SessionsSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Sign out here" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  expect(sent.map((one) => one.call)).toContain("DELETE /api/session");
});

test("everywhere comes after a question", async () => {
  const sent = aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "POST /api/session/end-all": () => ({ body: { ended: 2 } }),
  });
  show(<SessionsSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
  expect(screen.getByText("Sign every browser out?")).toBeTruthy();
  expect(sent.filter((one) => one.call.startsWith("POST"))).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Sign out everywhere" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
});

test("who could not be signed out is told so and stays", async () => {
  aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "DELETE /api/session": () => aProblem(503, "store-unavailable", "The database does not answer."),
  });
  show(<SessionsSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Sign out here" }));
  expect((await screen.findByRole("alert")).textContent).toBe("The database does not answer.");
  expect(assign).not.toHaveBeenCalled();
});

test("where nobody needs to sign in there is nobody to sign out", async () => {
  aGateway({});
  show(<SessionsSection />, { via: "local" });
  expect(await screen.findByText("Nobody needs to sign in")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});
