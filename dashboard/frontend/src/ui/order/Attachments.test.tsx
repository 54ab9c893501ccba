import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { aGateway, show } from "../testing";
import { Attachments } from "./Attachments";

const ORDER = "WO-01M82RVWM3V7K0NAX92PZA8R96";
const AT = `/api/work-orders/${ORDER}/attachments`;
const FILES = [
  { n: 1, kind: "image" as const, name: "hill.png", size: 16_200 },
  { n: 2, kind: "audio" as const, name: null, size: 64_000 },
  { n: 3, kind: "document" as const, name: "evil\u202egnp.md", size: 12 },
];

beforeEach(async () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en"]);
  await startLanguages();
});

afterEach(cleanup);

test("a picture is seen, small until it is wanted large, and says when it cannot be shown", async () => {
  show(<Attachments orderId={ORDER} files={FILES} />);
  const picture = await screen.findByRole("button", { name: "Show hill.png large" });
  const image = screen.getByAltText("hill.png");
  expect(image.getAttribute("src")).toBe(`${AT}/1`);
  fireEvent.click(picture);
  expect(picture.getAttribute("aria-expanded")).toBe("true");
  fireEvent.error(image);
  expect(screen.getByText(/cannot be shown/)).toBeTruthy();
});

test("a voice message is heard, and read as its transcript", async () => {
  show(<Attachments orderId={ORDER} files={FILES} transcript={"What is\u202e it?"} />);
  const sound = await screen.findByLabelText("Voice message 2");
  expect(sound.getAttribute("src")).toBe(`${AT}/2`);
  expect(screen.getByText("What is it?")).toBeTruthy();
  fireEvent.error(sound);
  expect(screen.getByText(/cannot be played here/)).toBeTruthy();
});

test("a document is read when somebody opens it, without what turns its words", async () => {
  const sent = aGateway({ [`GET ${AT}/3`]: () => ({ body: "Words\u202e of it" }) });
  show(<Attachments orderId={ORDER} files={FILES} />);
  const summary = await screen.findByText("Read evilgnp.md");
  expect(sent).toEqual([]);
  const details = summary.closest("details");
  if (!details) throw new Error("no details");
  details.open = true;
  fireEvent(details, new Event("toggle"));
  expect(await screen.findByText(/Words of it/)).toBeTruthy();
  expect(sent).toHaveLength(1);
});
