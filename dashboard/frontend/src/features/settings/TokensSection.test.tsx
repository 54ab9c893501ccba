import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { TokensSection } from "./TokensSection";

const SECRET = "eyJhbGciOiJIUzI1NiJ9.a.b";

function aToken(own: Partial<Schemas["TokenView"]> = {}): Schemas["TokenView"] {
  return {
    id: "01A",
    kind: "token",
    name: "phone",
    role: "viewer",
    created_at: "2026-11-23T09:00:00Z",
    created_by: "browser:owner/01XYZ",
    expires_at: "2027-11-23T09:00:00Z",
    revoked_at: null,
    opens: true,
    ...own,
  } as Schemas["TokenView"];
}

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("tokens are listed with what they may and whether they open; browsers are not among them", async () => {
  const old = aToken({ id: "01B", name: "old", opens: false, revoked_at: "2026-11-23T09:30:00Z" });
  const browser = aToken({ id: "01C", kind: "browser", name: "@browser" });
  aGateway({ "GET /api/tokens": () => ({ body: { items: [aToken(), old, browser] } }) });
  show(<TokensSection />);
  const [, phone, revoked, ...more] = await screen.findAllByRole("row");
  expect(phone?.textContent).toMatch(/phone.*viewer.*opens.*browser:owner/);
  expect(phone?.textContent).not.toContain("01XYZ");
  expect(revoked?.textContent).toMatch(/old.*revoked/);
  expect(more).toEqual([]);
  expect(screen.getAllByRole("button", { name: /^Revoke/ })).toHaveLength(1);
});

test("a new token is shown once: after that neither the page nor the cache has it", async () => {
  const sent = aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "POST /api/tokens": () => ({ status: 201, body: { ...aToken(), token: SECRET } }),
  });
  const client = show(<TokensSection />);
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "phone" } });
  fireEvent.change(screen.getByLabelText("Days it holds"), { target: { value: "7" } });
  fireEvent.click(screen.getByRole("button", { name: "Make token" }));
  await screen.findByText(SECRET);
  expect(sent.find((one) => one.call.startsWith("POST"))?.body).toBe(
    '{"name":"phone","role":"viewer","days":7}',
  );
  fireEvent.click(screen.getByRole("button", { name: "I have it" }));
  await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
  await waitFor(() => {
    const kept = client
      .getMutationCache()
      .getAll()
      .map((one) => one.state.data);
    expect(JSON.stringify(kept)).not.toContain(SECRET);
  });
  const queries = client
    .getQueryCache()
    .getAll()
    .map((one) => one.state.data);
  expect(JSON.stringify(queries)).not.toContain(SECRET);
});

test("who leaves the page takes the new token out of memory", async () => {
  aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "POST /api/tokens": () => ({ status: 201, body: { ...aToken(), token: SECRET } }),
  });
  const client = show(<TokensSection />);
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "phone" } });
  fireEvent.click(screen.getByRole("button", { name: "Make token" }));
  await screen.findByText(SECRET);
  cleanup();
  await waitFor(() => expect(client.getMutationCache().getAll()).toEqual([]));
});

test("a name or a time that cannot be is not sent", async () => {
  aGateway({ "GET /api/tokens": () => ({ body: { items: [] } }) });
  show(<TokensSection />);
  const make = await screen.findByRole("button", { name: "Make token" });
  const name = screen.getByLabelText("Name");
  const days = screen.getByLabelText("Days it holds");
  for (const [who, time] of [
    ["", "7"],
    ["a b", "7"],
    [".x", "7"],
    ["phone", "0"],
    ["phone", "3651"],
    ["phone", "1.5"],
  ] as const) {
    fireEvent.change(name, { target: { value: who } });
    fireEvent.change(days, { target: { value: time } });
    expect(make).toHaveProperty("disabled", true);
  }
});

test("a token is revoked after a question", async () => {
  let token = aToken();
  const sent = aGateway({
    "GET /api/tokens": () => ({ body: { items: [token] } }),
    "DELETE /api/tokens/01A": () => {
      token = aToken({ opens: false, revoked_at: "2026-11-23T10:00:00Z" });
      return { body: token };
    },
  });
  show(<TokensSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Revoke phone" }));
  expect(sent.filter((one) => one.call.startsWith("DELETE"))).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByText("revoked");
});

test("an answer that says no is shown", async () => {
  aGateway({
    "GET /api/tokens": () => ({ body: { items: [] } }),
    "POST /api/tokens": () => aProblem(409, "no-secret", "Run `nexus secret new`."),
  });
  show(<TokensSection />);
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "phone" } });
  fireEvent.click(screen.getByRole("button", { name: "Make token" }));
  expect((await screen.findByRole("alert")).textContent).toBe("Run `nexus secret new`.");
});

test("without a secret there is nothing to sign with, and the page says what to do", async () => {
  const sent = aGateway({});
  show(<TokensSection />, { via: "local" });
  expect((await screen.findByText("nexus secret new")).tagName).toBe("CODE");
  expect(sent).toEqual([]);
});

test("a viewer is asked for nothing", async () => {
  const sent = aGateway({});
  show(<TokensSection />, { role: "viewer" });
  expect(await screen.findByText("Only the owner may see and change this.")).toBeTruthy();
  expect(sent).toEqual([]);
});
