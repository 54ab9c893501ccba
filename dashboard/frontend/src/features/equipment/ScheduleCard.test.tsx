import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { ScheduleCard } from "./ScheduleCard";
import { aTool, DAYS } from "./testing";

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const PATH = "/api/equipment/cost_report/schedule";
const TIMES = ["2026-11-24T03:00:00Z", "2026-11-25T03:00:00Z"];
const preview = { ...aTool({}).schedule, cron: "0 3 * * *", next_due_times: TIMES };
const TOOL = aTool({
  parameters: DAYS,
  schedule: { cron: "0 4 * * 0", own_cron: "0 4 * * 0", default_cron: "30 3 * * *", tell: "telegram" },
});

async function opened(tool = TOOL) {
  show(<ScheduleCard tool={tool} now={Date.parse("2026-11-23T05:00:00Z")} />);
  fireEvent.click(await screen.findByRole("button", { name: "Change the schedule" }));
  return screen.getByRole("textbox", { name: "Minute, hour, day, month, weekday" });
}

test("the schedule that holds is said, with its next due times", async () => {
  show(<ScheduleCard tool={aTool({ schedule: preview })} now={Date.parse("2026-11-23T05:00:00Z")} />);
  expect(await screen.findByText("The tool's own")).toBeTruthy();
  expect(screen.getByText("in 22 hours")).toBeTruthy();
  expect(screen.getByText("0 3 * * *")).toBeTruthy();
});

test("while one writes, words and due times say what it means", async () => {
  const sent = aGateway({ [`GET ${PATH}`]: () => ({ body: preview }) });
  const field = await opened();
  expect(document.activeElement).toBe(field);
  expect(field).toHaveProperty("value", "0 4 * * 0");
  fireEvent.change(field, { target: { value: "0 3 *" } });
  expect(screen.getByText(/Write five fields/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Every day" }));
  expect(screen.getByText("Every day at 03:00")).toBeTruthy();
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
  expect(sent.some(({ call }) => call.startsWith("PUT"))).toBe(false);
});

test("what is wrong with a schedule is said before it is saved", async () => {
  const refused = aProblem(422, "invalid", "cron: no");
  const errors = [{ field: "cron", message: "'0 0 31 2 *' is no schedule: that day never comes." }];
  aGateway({ [`GET ${PATH}`]: () => ({ ...refused, body: { ...refused.body, errors } }) });
  const field = await opened();
  fireEvent.change(field, { target: { value: "0 0 31 2 *" } });
  expect(await screen.findByText(/that day never comes/)).toBeTruthy();
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

test("all of the schedule is saved, and what is as the tool has it is left to the tool", async () => {
  const sent = aGateway({
    [`GET ${PATH}`]: () => ({ body: preview }),
    [`PUT ${PATH}`]: () => ({ body: TOOL }),
  });
  const field = await opened();
  fireEvent.change(field, { target: { value: " 0 3 * * * " } });
  fireEvent.submit(screen.getByRole("form", { name: "Change the schedule" }));
  await screen.findByText("Saved");
  const saved = () => sent.filter(({ call }) => call === `PUT ${PATH}`).map(({ body }) => JSON.parse(body));
  expect(saved()).toEqual([{ cron: "0 3 * * *", parameters: null, tell: "telegram" }]);

  fireEvent.click(screen.getByRole("button", { name: "Change the schedule" }));
  const days = screen.getByRole("textbox", { name: "older_than_days" });
  fireEvent.change(screen.getByRole("textbox", { name: /Minute/ }), { target: { value: "" } });
  fireEvent.change(screen.getByRole("textbox", { name: "Tell the result to" }), { target: { value: "" } });
  fireEvent.change(days, { target: { value: "30" } });
  fireEvent.submit(screen.getByRole("form", { name: "Change the schedule" }));
  await waitFor(() =>
    expect(saved()[1]).toEqual({ cron: null, parameters: { older_than_days: 30 }, tell: null }),
  );
});

test("Escape changes nothing", async () => {
  const sent = aGateway({ [`GET ${PATH}`]: () => ({ body: preview }) });
  fireEvent.keyDown(await opened(), { key: "Escape" });
  expect(screen.queryByRole("form")).toBeNull();
  expect(sent.some(({ call }) => call.startsWith("PUT"))).toBe(false);
});
