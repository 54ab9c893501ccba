import { expect, test } from "vitest";
import { cronWords, isComplete } from "./cronWords";

test.each([
  ["* * * * *", { is: "everyMinute" }],
  ["*/15 * * * *", { is: "minutes", n: 15 }],
  ["5 * * * *", { is: "hourly", minute: 5 }],
  ["0 */6 * * *", { is: "hours", n: 6, minute: 0 }],
  ["30 3 * * *", { is: "daily", time: "03:30" }],
  [" 30  3 * * * ", { is: "daily", time: "03:30" }],
  ["0 3 * * 1", { is: "weekly", days: "Monday", time: "03:00" }],
  ["0 3 * * 7", { is: "weekly", days: "Sunday", time: "03:00" }],
  ["0 3 * * MON,fri", { is: "weekly", days: "Monday and Friday", time: "03:00" }],
  ["0 9 * * 1-3", { is: "weekly", days: "Monday, Tuesday, and Wednesday", time: "09:00" }],
  ["0 3 1 * *", { is: "monthly", day: 1, time: "03:00" }],
  ["0 0 29 2 *", { is: "yearly", date: "February 29", time: "00:00" }],
])("%s is said in words", (cron, words) => {
  expect(cronWords(cron, "en")).toEqual(words);
});

test.each([
  "",
  "30 3 * *",
  "60 3 * * *",
  "0 24 * * *",
  "*/7 * * * *",
  "0 */5 * * *",
  "0 3 1 * 1",
  "0 3 * * 5-1",
  "0 3 * * 1-",
  "0 3 * * x",
  "0 3 L * *",
  "0 0 31 2 *",
  "0 3 1,15 * *",
  "0 3 * 5 *",
  "@daily",
  "-1 3 * * *",
])("%s is left to the gateway", (cron) => {
  expect(cronWords(cron, "en")).toBeNull();
});

test("weekdays are said in Chinese too", () => {
  expect(cronWords("0 3 * * 1", "zh")).toEqual({ is: "weekly", days: "星期一", time: "03:00" });
});

test("five fields are complete", () => {
  expect(isComplete(" 0 3 * *  1 ")).toBe(true);
  expect(isComplete("0 3 * *")).toBe(false);
  expect(isComplete("")).toBe(false);
});
