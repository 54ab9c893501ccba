/** The common schedules in words, for who does not read cron. Pure; what it does not know it leaves alone. */

/** Which sentence of the dictionary, and what stands in it. */
export type CronWords =
  | { is: "everyMinute" }
  | { is: "minutes"; n: number }
  | { is: "hourly"; minute: number }
  | { is: "hours"; n: number; minute: number }
  | { is: "daily"; time: string }
  | { is: "weekly"; days: string; time: string }
  | { is: "monthly"; day: number; time: string }
  | { is: "yearly"; date: string; time: string };

const FIELDS = 5;
const NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/** A Sunday; which year it is does not matter. */
const SUNDAY = Date.UTC(2026, 0, 4);
const DAY_MS = 86_400_000;

export function isComplete(expression: string): boolean {
  return expression.trim().split(/\s+/).length === FIELDS;
}

/** `30 3 * * *` is every day at 03:30; null for what is not so simple, or wrong. */
export function cronWords(expression: string, language: string): CronWords | null {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS) return null;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  if (day === "*" && month === "*" && weekday === "*" && hour === "*") return withinHours(minute);
  const at = numberIn(minute, 0, 59);
  if (at === null) return null;
  const step = stepOf(hour, 24);
  if (step !== null && day === "*" && month === "*" && weekday === "*")
    return { is: "hours", n: step, minute: at };
  const hours = numberIn(hour, 0, 23);
  if (hours === null) return null;
  return withinDays({ day, month, weekday }, clock(hours, at), language);
}

function withinHours(minute: string): CronWords | null {
  if (minute === "*") return { is: "everyMinute" };
  const step = stepOf(minute, 60);
  if (step !== null) return { is: "minutes", n: step };
  const at = numberIn(minute, 0, 59);
  return at === null ? null : { is: "hourly", minute: at };
}

interface Days {
  day: string;
  month: string;
  weekday: string;
}

function withinDays({ day, month, weekday }: Days, time: string, language: string): CronWords | null {
  if (month === "*" && day === "*" && weekday === "*") return { is: "daily", time };
  if (month === "*" && day === "*") {
    const days = weekdays(weekday, language);
    return days === null ? null : { is: "weekly", days, time };
  }
  const dayNumber = numberIn(day, 1, 31);
  if (dayNumber === null || weekday !== "*") return null;
  if (month === "*") return { is: "monthly", day: dayNumber, time };
  const monthNumber = numberIn(month, 1, 12);
  if (monthNumber === null) return null;
  const form = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone: "UTC" });
  const date = new Date(Date.UTC(2028, monthNumber - 1, dayNumber)); // a leap year
  if (date.getUTCMonth() !== monthNumber - 1) return null;
  return { is: "yearly", date: form.format(date), time };
}

function weekdays(field: string, language: string): string | null {
  const numbers = field.split(",").flatMap((part) => {
    const [from, to] = part.split("-").map(weekdayOf);
    if (from === null || from === undefined) return [null];
    if (to === undefined) return part.includes("-") ? [null] : [from];
    if (to === null || to < from) return [null];
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
  if (numbers.length === 0 || numbers.some((one) => one === null)) return null;
  const form = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
  const named = numbers.map((one) => form.format(new Date(SUNDAY + Number(one) * DAY_MS)));
  return new Intl.ListFormat(language, { type: "conjunction" }).format(named);
}

function weekdayOf(text: string): number | null {
  const name = NAMES.indexOf(text.toUpperCase());
  return name >= 0 ? name : numberIn(text, 0, 7);
}

/** Every so many, when these go evenly into `of`; otherwise "every" would be wrong at its end. */
function stepOf(field: string, of: number): number | null {
  const found = /^\*\/(\d{1,2})$/.exec(field);
  const step = found ? Number(found[1]) : 0;
  return step > 1 && of % step === 0 ? step : null;
}

function numberIn(text: string, least: number, most: number): number | null {
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function clock(hours: number, minutes: number): string {
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}
