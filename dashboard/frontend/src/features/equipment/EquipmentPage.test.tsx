import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { speak, startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { EquipmentPage } from "./EquipmentPage";
import type { Run, Tool } from "./queries";
import { aRun, aTool, DAYS, PERIOD } from "./testing";

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const LIST = "GET /api/equipment";
const RUN = "POST /api/equipment/cost_report/run";
const LOOK = "GET /api/equipment/runs/01JD0Z7M2T9V6Q4B8X3N5K1YHR";

function tools(...all: Tool[]) {
  return { [LIST]: () => ({ body: { tools: all, problem: null } }) };
}

test("a tool tells what it does, when it comes due, and how it last ended", async () => {
  const next = new Date(Date.now() + 3 * 3_600_000 + 60_000).toISOString();
  const schedule = { cron: "30 3 * * *", default_cron: "30 3 * * *", next_due_at: next };
  const last_run = aRun({ status: "failed", triggered_by: "schedule", duration_ms: 4_200 });
  aGateway(tools(aTool({ name: "backup", schedule, last_run }), aTool({})));
  show(<EquipmentPage />);
  const row = await screen.findByRole("row", { name: /backup/ });
  expect(row.textContent).toContain("in 3 hours");
  expect(row.textContent).toContain("Every day at 03:30");
  expect(row.textContent).toContain("Failed");
  expect(row.textContent).toContain("4.2 s");
  expect(row.textContent).toContain("the schedule");
  const other = screen.getByRole("row", { name: /cost_report/ });
  expect(other.textContent).toContain("by hand only");
  expect(other.textContent).toContain("never");
  expect(within(other).queryByRole("button", { name: /Pause/ })).toBeNull();
});

test("it is described in the reader's language", async () => {
  aGateway(tools(aTool({})));
  await speak("zh");
  show(<EquipmentPage />);
  expect(await screen.findByText("报告花费。")).toBeTruthy();
  await speak("en");
});

test("a tool without parameters runs at a click, and is shown until it has ended", async () => {
  let looks = 0;
  const sent = aGateway({
    ...tools(aTool({})),
    [RUN]: () => ({ status: 202, body: aRun({ status: "asked", started_at: null, finished_at: null }) }),
    [LOOK]: () => ({ body: ++looks === 1 ? aRun({ status: "running", finished_at: null }) : aRun({}) }),
  });
  show(<EquipmentPage />);
  fireEvent.click(await screen.findByRole("button", { name: "Run now: cost_report" }));
  await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Waits for a worker"));
  await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Running"), {
    timeout: 4_000,
  });
  await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Done"), { timeout: 4_000 });
  expect(screen.getByText("This week: $0.31").tagName).toBe("PRE");
  expect(sent.filter(({ call }) => call === RUN)).toHaveLength(1);
});

test("with parameters it asks first, takes the focus, and leaves it where it was", async () => {
  const sent = aGateway({ ...tools(aTool({ parameters: PERIOD })), [RUN]: () => ({ body: aRun({}) }) });
  show(<EquipmentPage />);
  const button = await screen.findByRole("button", { name: "Run now: cost_report" });
  fireEvent.click(button);
  const period = screen.getByRole("combobox", { name: "period" });
  expect(document.activeElement).toBe(period);
  expect(sent.some(({ call }) => call === RUN)).toBe(false);
  fireEvent.change(period, { target: { value: "week" } });
  fireEvent.submit(screen.getByRole("form", { name: "Run now: cost_report" }));
  await screen.findByText("This week: $0.31");
  expect(JSON.parse(sent.find(({ call }) => call === RUN)?.body ?? "")).toEqual({
    parameters: { period: "week" },
  });
  fireEvent.keyDown(period, { key: "Escape" });
  expect(screen.queryByRole("combobox", { name: "period" })).toBeNull();
  expect(document.activeElement).toBe(button);
});

test("what the gateway says of a parameter stands beside it", async () => {
  const refused = aProblem(422, "invalid", "parameters.older_than_days: too old");
  const errors = [{ field: "parameters.older_than_days", message: "too old" }];
  const sent = aGateway({
    ...tools(aTool({ parameters: DAYS })),
    [RUN]: () => ({ ...refused, body: { ...refused.body, errors } }),
  });
  show(<EquipmentPage />);
  fireEvent.click(await screen.findByRole("button", { name: "Run now: cost_report" }));
  const field = screen.getByRole("textbox", { name: "older_than_days" });
  const form = screen.getByRole("form", { name: "Run now: cost_report" });
  fireEvent.change(field, { target: { value: "many" } });
  fireEvent.submit(form);
  expect(form.textContent).toContain("This must be a whole number.");
  expect(sent.some(({ call }) => call === RUN)).toBe(false);
  fireEvent.change(field, { target: { value: "99999" } });
  fireEvent.submit(form);
  await waitFor(() => expect(form.textContent).toContain("too old"));
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(within(form).queryByRole("alert")).toBeNull();
});

test("a run that nobody takes says so", async () => {
  const waiting: Run = aRun({
    status: "asked",
    started_at: null,
    finished_at: null,
    hint: "Nobody has taken it",
  });
  aGateway({
    ...tools(aTool({})),
    [RUN]: () => ({ status: 202, body: waiting }),
    [LOOK]: () => ({ body: waiting }),
  });
  show(<EquipmentPage />);
  fireEvent.click(await screen.findByRole("button", { name: "Run now: cost_report" }));
  expect(await screen.findByText(/No worker has taken it yet/)).toBeTruthy();
});

test("a schedule is paused and resumed, and is shown as the gateway says it is", async () => {
  const schedule = { cron: "30 3 * * *" };
  const paused = aTool({ schedule: { ...schedule, is_paused: true } });
  let now = aTool({ schedule });
  const sent = aGateway({
    [LIST]: () => ({ body: { tools: [now], problem: null } }),
    "POST /api/equipment/cost_report/pause": () => {
      now = paused;
      return { body: paused };
    },
  });
  show(<EquipmentPage />);
  fireEvent.click(await screen.findByRole("button", { name: "Pause the schedule of cost_report" }));
  expect(await screen.findByRole("button", { name: "Resume the schedule of cost_report" })).toBeTruthy();
  expect(screen.getByText("Paused")).toBeTruthy();
  expect(sent.filter(({ call }) => call.startsWith("POST"))).toHaveLength(1);
});

test("a script that is not allowed cannot be run, and says why", async () => {
  aGateway(tools(aTool({ is_own_script: true, is_allowed: false })));
  show(<EquipmentPage />);
  const row = await screen.findByRole("row", { name: /cost_report/ });
  expect(row.textContent).toContain("your script");
  expect(row.textContent).toContain("not allowed");
  expect(row.textContent).toContain("EQUIPMENT_ALLOW_SCRIPTS=true");
  expect(within(row).queryByRole("button")).toBeNull();
});

test("a list of scripts that is wrong is said above the tools", async () => {
  aGateway({
    [LIST]: () => ({ body: { tools: [aTool({})], problem: "equipment.toml: tools.greet.file: no" } }),
  });
  show(<EquipmentPage />);
  expect((await screen.findByRole("alert")).textContent).toContain("tools.greet.file");
});

test("who may only read sees no buttons", async () => {
  aGateway(tools(aTool({ schedule: { cron: "30 3 * * *" } })));
  show(<EquipmentPage />, { role: "viewer" });
  const row = await screen.findByRole("row", { name: /cost_report/ });
  expect(within(row).queryByRole("button")).toBeNull();
});

test("no tools, an error and a lost gateway are said", async () => {
  aGateway(tools());
  show(<EquipmentPage />);
  expect(await screen.findByText("There are no tools")).toBeTruthy();
  cleanup();
  aGateway({ [LIST]: () => aProblem(403, "forbidden", "not yours") });
  show(<EquipmentPage />);
  expect((await screen.findByRole("alert")).textContent).toContain("not yours");
  cleanup();
  aGateway({ [LIST]: () => ({ status: 502, body: "a proxy" }) });
  show(<EquipmentPage />);
  expect((await screen.findByRole("alert")).textContent).toContain("The gateway does not answer");
});

test("asking again after a lost answer is the same wish, and the next one is another", async () => {
  const keys: (string | null)[] = [];
  let isLost = true;
  aGateway(tools(aTool({ parameters: PERIOD })));
  const answer = globalThis.fetch;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method !== "POST") return answer(request);
    keys.push(request.headers.get("Idempotency-Key"));
    if (isLost) throw new TypeError("lost");
    return new Response(JSON.stringify(aRun({})), { headers: { "Content-Type": "application/json" } });
  });
  show(<EquipmentPage />);
  fireEvent.click(await screen.findByRole("button", { name: "Run now: cost_report" }));
  const form = screen.getByRole("form", { name: "Run now: cost_report" });
  fireEvent.submit(form);
  expect((await within(form).findByRole("alert")).textContent).toContain("The gateway does not answer");
  isLost = false;
  fireEvent.submit(form);
  await screen.findByText("This week: $0.31");
  fireEvent.submit(form);
  await waitFor(() => expect(keys).toHaveLength(3));
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[1]);
});
