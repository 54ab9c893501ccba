import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { aGateway, show } from "../../ui/testing";
import { HistoryCard } from "./HistoryCard";
import { aRun } from "./testing";

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const RUNS = "GET /api/equipment/cost_report/runs";
const ORDER = "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR";

async function shown(...items: ReturnType<typeof aRun>[]) {
  const sent = aGateway({
    [RUNS]: () => ({ body: { items, next_cursor: null } }),
    "GET /api/equipment/runs/LONG": () => ({ body: aRun({ id: "LONG", output: "beginning and end" }) }),
  });
  show(<HistoryCard tool="cost_report" />);
  return { sent, rows: await screen.findAllByRole("listitem") };
}

function open(row: HTMLElement | undefined) {
  const details = row?.querySelector("details") as HTMLDetailsElement;
  details.open = true;
  fireEvent(details, new Event("toggle"));
}

test("a picture and a sentence say how the runs went", async () => {
  const { rows } = await shown(
    aRun({ id: "3", status: "failed", duration_ms: 9_000, exit_code: 2 }),
    aRun({ id: "2", triggered_by: "schedule" }),
    aRun({ id: "1", triggered_by: `order:${ORDER}` }),
  );
  const picture = document.querySelector("figure svg");
  expect(picture?.getAttribute("aria-hidden")).toBe("true");
  const bars = [...(picture?.querySelectorAll("g") ?? [])].map((bar) => bar.getAttribute("data-status"));
  expect(bars).toEqual(["done", "done", "failed"]);
  expect(screen.getByText(/2 of 3 ended well · half took up to 2.0 s · the longest 9.0 s/)).toBeTruthy();
  expect(rows[1]?.textContent).toContain("the schedule");
  const link = within(rows[2] as HTMLElement).getByRole("link", { name: "an order" });
  expect(link.getAttribute("href")).toBe(`/orders/${ORDER}`);
});

test("a run opens to its facts and what it printed", async () => {
  const { sent, rows } = await shown(aRun({ parameters: { period: "week", "\u202e": 1 }, attempt: 2 }));
  open(rows[0]);
  expect(await screen.findByText("period=week =1")).toBeTruthy();
  expect(screen.getByText("This week: $0.31")).toBeTruthy();
  expect(screen.getByText("desk")).toBeTruthy();
  expect(sent).toHaveLength(1);
});

test("of a long output the whole is read when it is opened", async () => {
  const { sent, rows } = await shown(aRun({ id: "LONG", output: "beginning", output_is_whole: false }));
  expect(sent).toHaveLength(1);
  open(rows[0]);
  await waitFor(() => expect(screen.getByText("beginning and end")).toBeTruthy());
});

test("that there was no run yet is said", async () => {
  aGateway({ [RUNS]: () => ({ body: { items: [], next_cursor: null } }) });
  show(<HistoryCard tool="cost_report" />);
  expect(await screen.findByText("It has not run yet")).toBeTruthy();
});
