import { cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startLanguages } from "../../i18n";
import { show } from "../../ui/testing";
import { Output } from "./Output";
import { aRun } from "./testing";

beforeEach(startLanguages);
afterEach(cleanup);

async function printed(output: string | null, output_bytes = output?.length ?? 0) {
  show(<Output run={aRun({ output, output_bytes })} />);
  return screen.findByRole("figure", { name: "What cost_report printed" });
}

test("what looks like a page, a link or markdown is shown as it was printed", async () => {
  const text = "<script>alert(1)</script>\n[x](javascript:1) **b** https://evil.invalid/";
  const figure = await printed(text);
  expect(figure.querySelector("pre")?.textContent).toBe(text);
  expect(figure.querySelectorAll("a, script, strong")).toHaveLength(0);
});

test("commands for terminals and what turns or hides text are taken out", async () => {
  const figure = await printed("\u001b[31mred\u001b[0m \u202etxt\u202c \u200bx\u0007\u001b]0;title\u0007");
  expect(figure.querySelector("pre")?.textContent).toBe("red txt x");
});

test("of a flood it is said that the middle is cut out", async () => {
  const figure = await printed("x".repeat(1_000), 5_000_000);
  expect(figure.textContent).toContain("5.0 MB were printed; the middle is cut out.");
});

test("that nothing was printed is said", async () => {
  show(<Output run={aRun({ output: " \n", output_bytes: 2 })} />);
  expect(await screen.findByText("It printed nothing.")).toBeTruthy();
});
