import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OrderDetail } from "../../api/client";
import { startLanguages } from "../../i18n";
import { show } from "../../ui/testing";
import { Stage } from "./ReplayPage";

const event = (seq: number, second: number, type: string, payload: object) => ({
  seq,
  type: `order.${type}`,
  payload: { session_id: "s", ...payload },
  created_at: `2026-11-22T23:00:0${second}Z`,
});

const DETAIL = {
  order: {
    id: "WO-01M82RVWM3V7K0NAX92PZA8R96",
    content: "France?",
    result: "Paris.",
    failure_reason: null,
    created_at: "2026-11-22T23:00:00Z",
  },
  events: [
    event(1, 0, "queued", { content: "France?" }),
    event(2, 1, "working", { attempt: 1, role: "intern", model: "small" }),
    event(3, 2, "qa", { passed: true, failed: [] }),
    event(4, 3, "delivered", { content: "Paris." }),
  ],
  attempts: [{ id: "a", n: 1, answer: "Paris.", feedback: ["Name the capital."] }],
  verdicts: [
    { attempt: 1, passed: true, checks: [{ name: "not_empty", status: "pass", evidence: "6 letters" }] },
  ],
  model_calls: [],
  receipt: null,
} as unknown as OrderDetail;

const press = (key: string, target: Element = document.body) => fireEvent.keyDown(target, { key });
const title = () => screen.getAllByRole("heading", { level: 2 })[0]?.textContent;

beforeEach(async () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en"]);
  await startLanguages();
  show(<Stage detail={DETAIL} />);
  await screen.findByRole("slider");
});

afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

test("the keys step through the order, and what was on the table is shown", () => {
  expect(title()).toBe("Queued");
  press("ArrowRight");
  expect(title()).toBe("Intern works (small)");
  expect(screen.getByText("Name the capital.")).toBeTruthy();
  press("ArrowRight");
  expect(screen.getByText("6 letters")).toBeTruthy();
  press("End");
  expect(title()).toBe("Delivered");
  expect(screen.getByText("Paris.")).toBeTruthy();
  press("ArrowRight");
  press("ArrowLeft");
  expect(title()).toBe("QA passed");
  press("Home");
  expect(title()).toBe("Queued");
});

test("Space plays to the end, and from the beginning once more", () => {
  vi.useFakeTimers();
  press(" ");
  expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  for (let n = 0; n < 4; n += 1) act(() => void vi.advanceTimersByTime(700));
  expect(title()).toBe("Delivered");
  expect(screen.getByRole("button", { name: "Play" })).toBeTruthy();
  press(" ");
  expect(title()).toBe("Queued");
  act(() => void vi.advanceTimersByTime(700));
  expect(title()).toBe("Intern works (small)");
});

test("the slider seeks and says where it is; a button keeps its own Space", () => {
  const slider = screen.getByRole("slider");
  fireEvent.change(slider, { target: { value: "2" } });
  expect(title()).toBe("QA passed");
  expect(slider.getAttribute("aria-valuetext")).toBe("Step 3 of 4, after 2.0 s: QA passed");
  press(" ", screen.getByRole("button", { name: "One step on" }));
  expect(screen.getByRole("button", { name: "Play" })).toBeTruthy();
});
