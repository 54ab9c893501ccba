import { cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Receipt } from "../../api/client";
import { startLanguages } from "../../i18n";
import { stepOf } from "../../live/course";
import { show } from "../testing";
import { ReceiptLine } from "./ReceiptLine";
import { Timeline } from "./Timeline";

beforeEach(startLanguages);
afterEach(cleanup);

const RECEIPT: Receipt = {
  attempts: 1,
  ceo_cost_usd: null,
  checks: [],
  cost_usd: 0,
  fallbacks: [],
  input_tokens: 0,
  local: false,
  model: "haiku",
  order_id: "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR",
  output_tokens: 0,
  path: ["admin"],
  provider: "anthropic",
  qa_passed: 3,
  qa_total: 3,
  reason: "asks about the disk",
  role: "admin",
  rule: "equipment",
  saved_usd: null,
  seconds: 0.42,
  session_id: "sess-1",
} as unknown as Receipt;

test("of what a tool did, the receipt names the tool, no tokens and no cost", async () => {
  show(
    <ReceiptLine
      receipt={{ ...RECEIPT, equipment: "health_check", model: null, provider: null } as Receipt}
    />,
  );
  const line = await screen.findByText(/equipment: health_check · QA 3\/3 · 0 tokens · \$0.00 · 0.4 s/);
  expect(line.textContent).not.toContain("Admin");
  expect(screen.getByText("equipment: health_check").tagName).toBe("DD");
  expect(screen.getByText("no model")).toBeTruthy();
});

test("of what an employee did, it names the employee and the model", async () => {
  show(<ReceiptLine receipt={{ ...RECEIPT, cost_usd: 0.01 } as Receipt} />);
  expect(await screen.findByText(/Admin \(haiku\) · QA 3\/3 · \$0.01/)).toBeTruthy();
});

test("the steps say that a tool does it", async () => {
  const chosen = stepOf("triaged", { owner: "admin", rule: "equipment", reason: "the disk" }, 0);
  const works = stepOf(
    "working",
    { role: "admin", model: "health_check", equipment: "health_check", attempt: 1 },
    0,
  );
  show(<Timeline steps={[chosen, works, stepOf("triaged", { owner: "intern", rule: "short" }, 0)]} />);
  expect(await screen.findByText("Equipment is to do it")).toBeTruthy();
  expect(screen.getByText("health_check runs, without a model")).toBeTruthy();
  expect(screen.getByText("Intern chosen")).toBeTruthy();
});
