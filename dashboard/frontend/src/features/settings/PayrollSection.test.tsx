import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Agent, AgentModel } from "../../api/agents";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { PayrollSection } from "./PayrollSection";

const EARLIER = "2026-11-23T09:00:00Z";
const NOW = "2026-11-23T10:00:00Z";
const PRICE = { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 };

function aCeo(firstAt: string, secondAt: string): Agent {
  const second: AgentModel = {
    model: "qwen3:8b",
    provider: "ollama",
    local: true,
    weak: true,
    price: { input: 0, output: 0, cache_read: 0, cache_write: 0 },
    ends: null,
    health: { status: "healthy", detail: "it answers", checked_at: secondAt },
  };
  return {
    role: "ceo",
    status: "healthy",
    reason: "1 at work",
    model: "claude-opus-4-6",
    provider: "anthropic",
    local: false,
    weak: false,
    price: PRICE,
    ends: "2027-04-01",
    health: { status: "critical", detail: "The key is refused (401): set a valid key.", checked_at: firstAt },
    fallbacks: [second],
    workers: 1,
    busy: 0,
    paused: null,
    doing: [],
    waiting: 0,
    work: null,
    week: null,
  };
}

const PROBE = "POST /api/agents/ceo/probe";

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a role has its models in order, with prices, the end, and what the newest look found", async () => {
  aGateway({ "GET /api/agents": () => ({ body: { items: [aCeo(EARLIER, EARLIER)] } }) });
  show(<PayrollSection />);
  const table = await screen.findByRole("table", { name: "Models of the CEO" });
  const [, first, second] = within(table).getAllByRole("row");
  for (const text of ["anthropic/claude-opus-4-6", "$5.00", "$25.00", "2027-04-01", "at the vendor, paid"])
    expect(first?.textContent).toContain(text);
  expect(first?.textContent).toContain("Critical The key is refused (401): set a valid key.");
  for (const text of ["ollama/qwen3:8b", "weak", "here", "free (local)"])
    expect(second?.textContent).toContain(text);
});

test("a look shows each model's result as it comes in", async () => {
  const times: [string, string] = [EARLIER, EARLIER];
  aGateway({
    "GET /api/agents": () => ({ body: { items: [aCeo(...times)] } }),
    [PROBE]: () => ({ status: 202, body: { role: "ceo", asked_at: NOW } }),
  });
  show(<PayrollSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Look now at the models of the CEO" }));
  await waitFor(() => expect(screen.getAllByText("Looking")).toHaveLength(2));
  times[0] = NOW;
  await screen.findByText("1 of 2 looked at", {}, { timeout: 4_000 });
  expect(screen.getAllByText("Looking")).toHaveLength(1);
  times[1] = NOW;
  await screen.findByText("2 looked at", {}, { timeout: 4_000 });
  expect(screen.queryByText("Looking")).toBeNull();
});

test("a look that nobody answers ends, and says where to see why", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  aGateway({
    "GET /api/agents": () => ({ body: { items: [aCeo(EARLIER, EARLIER)] } }),
    [PROBE]: () => ({ status: 202, body: { role: "ceo", asked_at: NOW } }),
  });
  show(<PayrollSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Look now at the models of the CEO" }));
  await waitFor(() => expect(screen.getAllByText("Looking")).toHaveLength(2));
  await act(() => vi.advanceTimersByTimeAsync(31_000));
  await waitFor(() => screen.getByText(/No worker has answered within 30 s/));
  expect(screen.queryByText("Looking")).toBeNull();
});

test("what the gateway refuses is shown, and nothing looks as if it ran", async () => {
  aGateway({
    "GET /api/agents": () => ({ body: { items: [aCeo(EARLIER, EARLIER)] } }),
    [PROBE]: () => aProblem(429, "rate-limited", "The models of this role are being looked at."),
  });
  show(<PayrollSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Look now at the models of the CEO" }));
  expect((await screen.findByRole("alert")).textContent).toBe("The models of this role are being looked at.");
  expect(screen.queryByText("Looking")).toBeNull();
});

test("a viewer sees the payroll and cannot ask for a look", async () => {
  aGateway({ "GET /api/agents": () => ({ body: { items: [aCeo(EARLIER, EARLIER)] } }) });
  show(<PayrollSection />, { role: "viewer" });
  await screen.findByRole("table", { name: "Models of the CEO" });
  expect(screen.queryByRole("button")).toBeNull();
});

test("a role that nobody works in says so", async () => {
  const nobody = { ...aCeo(EARLIER, EARLIER), workers: 0, model: null, provider: null, health: null };
  aGateway({ "GET /api/agents": () => ({ body: { items: [{ ...nobody, fallbacks: [] }] } }) });
  show(<PayrollSection />);
  expect(await screen.findByText(/No worker of this role is heard of/)).toBeTruthy();
});
