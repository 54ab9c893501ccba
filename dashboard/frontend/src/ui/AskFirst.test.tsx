import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../i18n";
import { AskFirst } from "./AskFirst";
import { show } from "./testing";

beforeEach(startLanguages);
afterEach(cleanup);

const onYes = vi.fn();

async function asked() {
  onYes.mockClear();
  show(
    <AskFirst label="Remove" name="Remove Anna" question="Remove Anna?" isPending={false} onYes={onYes} />,
  );
  fireEvent.click(await screen.findByRole("button", { name: "Remove Anna" }));
}

test("nothing is done before the answer is yes", async () => {
  await asked();
  expect(screen.getByText("Remove Anna?")).toBeTruthy();
  expect(onYes).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(onYes).toHaveBeenCalledOnce();
});

test("No has the focus, and after it the button has", async () => {
  await asked();
  const no = screen.getByRole("button", { name: "Cancel" });
  expect(document.activeElement).toBe(no);
  fireEvent.click(no);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Remove Anna" }));
  expect(onYes).not.toHaveBeenCalled();
});

test("Escape means no", async () => {
  await asked();
  fireEvent.keyDown(screen.getByRole("button", { name: "Cancel" }), { key: "Escape" });
  expect(screen.queryByText("Remove Anna?")).toBeNull();
  expect(onYes).not.toHaveBeenCalled();
});
