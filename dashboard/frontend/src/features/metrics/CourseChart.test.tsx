import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { show } from "../../ui/testing";
import { CourseChart } from "./CourseChart";
import type { Series } from "./course";

const GROUP = {
  role: null,
  provider: null,
  model: null,
  verdicts: [4, 0],
  passed: [1, 0],
  cost_usd: [0.25, 0.5],
};
const SERIES = {
  period: "week",
  by: "model",
  timezone: "UTC",
  unit: "day",
  starts: ["2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"],
  groups: [
    { ...GROUP, name: "openai/gpt-4.1\u202e" },
    { ...GROUP, name: "intern", cost_usd: [0, 0] },
  ],
} as unknown as Series;

beforeEach(async () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en"]);
  vi.spyOn(console, "warn").mockImplementation(() => {}); // a chart says that here it has no size
  await startLanguages();
});

afterEach(cleanup);

async function table(): Promise<string[][]> {
  const summary = await screen.findByText("As a table");
  const details = summary.closest("details");
  if (!details) throw new Error("no details");
  details.open = true;
  fireEvent(details, new Event("toggle"));
  const rows = within(await screen.findByRole("table")).getAllByRole("row");
  return rows.map((row) => [...row.children].map((cell) => cell.textContent ?? ""));
}

test("a picture has a name, and its numbers are a table", async () => {
  show(<CourseChart series={SERIES} measure="cost" />);
  expect(await screen.findByRole("img", { name: /^Cost, as a picture/ })).toBeTruthy();
  expect(await table()).toEqual([
    ["", "openai/gpt-4.1"],
    ["Nov 22", "$0.25"],
    ["Nov 23", "$0.50"],
  ]);
});

test("where nothing was judged there is no rate", async () => {
  show(<CourseChart series={SERIES} measure="passRate" />);
  expect(await table()).toEqual([
    ["", "openai/gpt-4.1", "Intern"],
    ["Nov 22", "25%", "25%"],
    ["Nov 23", "–", "–"],
  ]);
});

test("a measure that nothing is known of says so", async () => {
  const orders = { arrived: [0, 0], delivered: [0, 0], failed: [0, 0], escalated: [0, 0], saved_usd: [0, 0] };
  show(<CourseChart series={{ ...SERIES, orders }} measure="orders" />);
  expect(await screen.findByText("Nothing in this period")).toBeTruthy();
  expect(screen.queryByRole("img")).toBeNull();
});
