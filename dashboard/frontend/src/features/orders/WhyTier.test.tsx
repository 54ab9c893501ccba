import { cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startLanguages } from "../../i18n";
import { show } from "../../ui/testing";
import { WhyTier } from "./WhyTier";

const ROUTE = {
  layer: "safety",
  chosen: "director" as const,
  path: ["director" as const, "ceo" as const],
  reasons: [
    "the router expects the intern to get it right with 91%",
    "a matter of law, so at least the director",
  ],
  confidence: 0.94,
  floor: "director" as const,
  router_version: "prior-1",
  success: { intern: 0.91, director: 0.95, ceo: 0.98 },
  costs: { director: 0.0042, ceo: 0.02 },
  expected_usd: 0.0042,
  explored: false,
  propensity: 1,
  latency_us: 900,
};

beforeEach(startLanguages);
afterEach(cleanup);

test("it names the layer, its reasons, and what the router expected of each tier", async () => {
  show(<WhyTier route={ROUTE} />);
  expect(await screen.findByText("a matter of law, so at least the director")).toBeTruthy();
  expect(screen.getByText("safety")).toBeTruthy();
  expect(screen.getAllByRole("row")).toHaveLength(4);
  expect(screen.getByText("91 %")).toBeTruthy();
});

test("it shows no table where no router was asked", async () => {
  show(<WhyTier route={{ ...ROUTE, success: {}, costs: {}, router_version: null }} />);
  expect(await screen.findByText("safety")).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});
