import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Agent } from "../../api/agents";
import { ROLES, type Role } from "../../api/client";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { AgentsPage } from "./AgentsPage";

const DAY = {
  since: "2026-11-23T00:00:00Z",
  attempts: 4,
  success_rate: 0.75,
  verdicts: 4,
  qa_pass_rate: 0.5,
  p50_ms: 800,
  p95_ms: 4_200,
  cost_usd: 0.031,
};

function anAgent(role: Role, own: Partial<Agent> = {}): Agent {
  return {
    role,
    status: "healthy",
    reason: "1 at work",
    model: "small",
    provider: "ollama",
    local: true,
    weak: false,
    price: null,
    ends: null,
    health: { status: "healthy", detail: "it answers", checked_at: "2026-11-23T10:00:00Z" },
    fallbacks: [],
    workers: 1,
    busy: 0,
    paused: null,
    doing: [],
    waiting: 0,
    work: DAY,
    week: { ...DAY, attempts: 40, success_rate: 0.9 },
    ...own,
  };
}

const PAUSED = { since: "2026-11-23T10:02:00Z", by: "owner", reason: "I look at it first" };

function agents(own: Partial<Agent> = {}) {
  return { body: { items: ROLES.map((role) => anAgent(role, role === "intern" ? own : {})) } };
}

async function theIntern() {
  const items = await screen.findAllByRole("listitem");
  const card = items.find((item) => within(item).queryByRole("heading", { name: "Intern" }));
  if (!card) throw new Error("there is no intern");
  return within(card);
}

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("the chart has the front desk first and then each tier up to the CEO", async () => {
  aGateway({ "GET /api/agents": () => ({ body: { items: [...agents().body.items].reverse() } }) });
  show(<AgentsPage />);
  const chart = await screen.findByRole("list", { name: "Org chart" });
  const names = within(chart).getAllByRole("heading", { level: 2 });
  expect(names.map((name) => name.textContent)).toEqual(["Admin", "Intern", "Director", "CEO"]);
});

test("a card shows what its role works on, with a way to the order, and its figures", async () => {
  const since = new Date(Date.now() - 5_000).toISOString();
  const order = { order_id: "WO-1", session_id: "s", title: "Write\u202e a poem", since, url: "/x" };
  aGateway({ "GET /api/agents": () => agents({ doing: [order], waiting: 2 }) });
  show(<AgentsPage />);
  const card = await theIntern();
  const link = card.getByRole("link", { name: "Write a poem" });
  expect(link.getAttribute("href")).toBe("/orders/WO-1");
  expect(card.getByText("Works on 1")).toBeTruthy();
  for (const text of ["75%", "50%", "800 ms", "4.2 s", "$0.031"]) expect(card.getByText(text)).toBeTruthy();
});

test("the figures of the week come on demand", async () => {
  aGateway({ "GET /api/agents": () => agents() });
  show(<AgentsPage />);
  expect((await theIntern()).queryByText("90%")).toBeNull();
  fireEvent.click(screen.getByRole("radio", { name: "Last 7 days" }));
  expect((await theIntern()).getByText("90%")).toBeTruthy();
});

test("without figures the card says why", async () => {
  aGateway({ "GET /api/agents": () => agents({ work: null, week: null }) });
  show(<AgentsPage />);
  expect((await theIntern()).getByText(/database does not answer/)).toBeTruthy();
});

test("a role is paused with a reason, and shown as paused when the gateway says so", async () => {
  let paused: Agent["paused"] = null;
  const sent = aGateway({
    "GET /api/agents": () => agents({ paused, waiting: paused ? 3 : 0 }),
    "POST /api/agents/intern/pause": () => {
      paused = PAUSED;
      return { body: anAgent("intern", { paused, waiting: 3 }) };
    },
  });
  show(<AgentsPage />);
  const card = await theIntern();
  fireEvent.click(card.getByRole("button", { name: "Pause the Intern" }));
  fireEvent.change(card.getByLabelText("Reason (may be empty)"), { target: { value: PAUSED.reason } });
  fireEvent.click(card.getByRole("button", { name: "Pause" }));
  await waitFor(() => card.getByText(/Paused since .* by owner: I look at it first; 3 orders wait\./));
  const asked = sent.find((one) => one.call.startsWith("POST"));
  expect(asked?.body).toBe('{"reason":"I look at it first"}');
});

test("a paused role goes on when it is resumed", async () => {
  let paused: Agent["paused"] = { ...PAUSED, reason: null };
  aGateway({
    "GET /api/agents": () => agents({ paused, waiting: 1 }),
    "POST /api/agents/intern/resume": () => {
      paused = null;
      return { body: anAgent("intern") };
    },
  });
  show(<AgentsPage />);
  const card = await theIntern();
  expect(card.getByText(/by owner; 1 order waits\./)).toBeTruthy();
  fireEvent.click(card.getByRole("button", { name: "Resume the Intern" }));
  await waitFor(() => card.getByRole("button", { name: "Pause the Intern" }));
});

test("what the gateway refuses is not shown as done", async () => {
  aGateway({
    "GET /api/agents": () => agents(),
    "POST /api/agents/intern/pause": () =>
      aProblem(503, "store-unavailable", "The database does not answer."),
  });
  show(<AgentsPage />);
  const card = await theIntern();
  fireEvent.click(card.getByRole("button", { name: "Pause the Intern" }));
  fireEvent.click(card.getByRole("button", { name: "Pause" }));
  await waitFor(() => expect(card.getByRole("alert").textContent).toBe("The database does not answer."));
  expect(card.queryByText(/Paused since/)).toBeNull();
});

test("a viewer sees that a role is paused and cannot change it", async () => {
  aGateway({ "GET /api/agents": () => agents({ paused: PAUSED }) });
  show(<AgentsPage />, { role: "viewer" });
  const card = await theIntern();
  expect(card.getByText(/Paused since/)).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

test("when the gateway does not answer the page says so", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("refused");
  });
  show(<AgentsPage />);
  expect(await screen.findByText("The gateway does not answer")).toBeTruthy();
});
