import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { startLanguages } from "../../i18n";
import { aGateway, aProblem, show } from "../../ui/testing";
import { TelegramSection } from "./TelegramSection";

type Person = Schemas["PersonView"];
const PEOPLE = "GET /api/telegram/people";

function aPerson(id: number, name: string, own: Partial<Person> = {}): Person {
  return {
    id,
    name,
    language: "en",
    status: "waiting",
    first_seen_at: "2026-11-23T09:00:00Z",
    code_given_at: null,
    code_expires_at: null,
    decided_at: null,
    decided_by: null,
    ...own,
  };
}

const PAIRED = { status: "paired", decided_at: "2026-11-23T09:10:00Z", decided_by: "owner" } as const;

beforeEach(startLanguages);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("without a bot the page says how to get one", async () => {
  aGateway({ [PEOPLE]: () => aProblem(409, "no-telegram-bot", "No bot runs.") });
  show(<TelegramSection />);
  expect(await screen.findByText("Telegram is not set up")).toBeTruthy();
  expect(screen.getByText(/TELEGRAM_BOT_TOKEN/)).toBeTruthy();
});

test("who waits and who may speak stand apart, and a name is only a name", async () => {
  const anna = aPerson(7, "Anna\u202e <b>x</b>", PAIRED);
  const waits = aPerson(8, "Ben", { code_expires_at: "2026-11-23T10:00:00Z" });
  aGateway({ [PEOPLE]: () => ({ body: { items: [anna, waits] } }) });
  show(<TelegramSection />);
  const waiting = await screen.findByRole("list", { name: "Waiting for you" });
  expect(within(waiting).getByText("Ben")).toBeTruthy();
  expect(waiting.textContent).toContain("code holds until");
  const paired = screen.getByRole("list", { name: "May speak to the bot" });
  expect(within(paired).getByText("Anna <b>x</b>")).toBeTruthy();
});

test("somebody is let in by the code", async () => {
  let people = [aPerson(8, "Ben")];
  const sent = aGateway({
    [PEOPLE]: () => ({ body: { items: people } }),
    "POST /api/telegram/people/approve": () => {
      people = [aPerson(8, "Ben", PAIRED)];
      return { body: people[0] };
    },
  });
  show(<TelegramSection />);
  fireEvent.change(await screen.findByLabelText("Code from the bot"), { target: { value: " 7K3M-9XQ2 " } });
  fireEvent.click(screen.getByRole("button", { name: "Approve" }));
  expect(await screen.findByText("Ben is let in. The bot tells them.")).toBeTruthy();
  expect(sent.find((one) => one.call.startsWith("POST"))?.body).toBe('{"code":"7K3M-9XQ2"}');
  expect(await screen.findByRole("list", { name: "May speak to the bot" })).toBeTruthy();
});

test("a wrong code stays in the field with what is wrong", async () => {
  aGateway({
    [PEOPLE]: () => ({ body: { items: [aPerson(8, "Ben")] } }),
    "POST /api/telegram/people/approve": () => aProblem(404, "not-found", "This code opens nothing."),
  });
  show(<TelegramSection />);
  const field = await screen.findByLabelText("Code from the bot");
  fireEvent.change(field, { target: { value: "AAAA-BBBB" } });
  fireEvent.click(screen.getByRole("button", { name: "Approve" }));
  expect((await screen.findByRole("alert")).textContent).toBe("This code opens nothing.");
  expect(field).toHaveProperty("value", "AAAA-BBBB");
});

test("somebody is removed after a question", async () => {
  let anna = aPerson(7, "Anna", PAIRED);
  const sent = aGateway({
    [PEOPLE]: () => ({ body: { items: [anna] } }),
    "DELETE /api/telegram/people/7": () => {
      anna = aPerson(7, "Anna", { ...PAIRED, status: "removed" });
      return { body: anna };
    },
  });
  show(<TelegramSection />);
  fireEvent.click(await screen.findByRole("button", { name: "Remove Anna" }));
  expect(screen.getByText(/^Remove Anna\?/)).toBeTruthy();
  expect(sent.filter((one) => one.call.startsWith("DELETE"))).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(await screen.findByRole("list", { name: "May speak no longer" })).toBeTruthy();
});
