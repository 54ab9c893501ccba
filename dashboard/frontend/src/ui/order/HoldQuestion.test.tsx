import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../../api/session";
import { startLanguages } from "../../i18n";
import { HoldQuestion } from "./HoldQuestion";

const ORDER = "WO-01M82RVWM3V7K0NAX92PZA8R96";
const HOLD = {
  question: "The CEO would cost about $0.90. Go on?",
  options: [
    { role: "ceo" as const, model: "large", about_usd: 0.9, at_most_usd: 1.4 },
    { role: "intern" as const, model: "small", about_usd: 0.01, at_most_usd: 0.02 },
  ],
};
const sent: { url: string; body: string }[] = [];

beforeEach(async () => {
  sent.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push({ url: new URL(request.url).pathname, body: await request.text() });
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  });
  await startLanguages();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(role: Session["role"]) {
  const client = new QueryClient();
  const session: Session = { role, via: "session", expires_at: null };
  client.setQueryData<Session | null>(["session"], session);
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <HoldQuestion orderId={ORDER} hold={HOLD} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a held order names each price, and goes on with the tier that was chosen", async () => {
  show("owner");
  expect(screen.getByText(HOLD.question)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Intern for about $0.01 (at most $0.02)" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({ url: `/api/work-orders/${ORDER}/approve`, body: '{"tier":"intern"}' });
});

test("a held order can be cancelled", async () => {
  show("owner");
  fireEvent.click(screen.getByRole("button", { name: "Cancel it" }));
  await waitFor(() => expect(sent.map((one) => one.url)).toEqual([`/api/work-orders/${ORDER}/cancel`]));
});

test("a viewer can decide nothing", () => {
  show("viewer");
  for (const button of screen.getAllByRole("button")) expect(button).toHaveProperty("disabled", true);
});
