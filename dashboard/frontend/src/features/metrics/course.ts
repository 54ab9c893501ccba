/** The numbers over time as the charts, tables and the CSV want them. Pure. */
import type { Schemas } from "../../api/client";

export type Series = Schemas["MetricsSeries"];
type Group = Schemas["GroupSeries"];

/** In the order of the page. Those of the company are the same whoever is asked for. */
export const MEASURES = [
  "cost",
  "saved",
  "ceo",
  "tokens",
  "calls",
  "orders",
  "p50",
  "p95",
  "passRate",
  "escalation",
] as const;
export type Measure = (typeof MEASURES)[number];

export type Unit = "usd" | "count" | "ms" | "share";

export const UNITS: Readonly<Record<Measure, Unit>> = {
  cost: "usd",
  saved: "usd",
  ceo: "usd",
  tokens: "count",
  calls: "count",
  orders: "count",
  p50: "ms",
  p95: "ms",
  passRate: "share",
  escalation: "share",
};

/** Sums stand on each other; what is no sum is a line. */
export const STACKED: ReadonlySet<Measure> = new Set<Measure>(["cost", "ceo", "tokens", "calls"]);

/** The numbers of one name; null where there is nothing to measure. */
export interface Line {
  /** A role, `provider/model`, or what the company counts. */
  name: string;
  values: (number | null)[];
}

const OF_GROUPS: Partial<Record<Measure, (group: Group) => (number | null)[]>> = {
  cost: (group) => group.cost_usd,
  ceo: (group) => group.ceo_cost_usd,
  tokens: (group) => group.input_tokens.map((input, n) => input + (group.output_tokens[n] ?? 0)),
  calls: (group) => group.calls,
  p50: (group) => group.p50_ms,
  p95: (group) => group.p95_ms,
  passRate: (group) => shares(group.passed, group.verdicts),
  escalation: (group) => shares(group.escalated, group.tried),
};

/** The lines of a measure that have something to show. Of a sum nought is nothing, of a rate or a time it is something. */
export function linesOf(series: Series, measure: Measure): Line[] {
  const isSum = UNITS[measure] === "usd" || UNITS[measure] === "count";
  return allLines(series, measure).filter((line) =>
    line.values.some((value) => value !== null && (value !== 0 || !isSum)),
  );
}

function allLines({ orders, groups }: Series, measure: Measure): Line[] {
  if (measure === "saved") return [{ name: "saved", values: orders.saved_usd }];
  if (measure === "orders") {
    const counted = ["arrived", "delivered", "failed", "escalated"] as const;
    return counted.map((name) => ({ name, values: orders[name] }));
  }
  const values = OF_GROUPS[measure];
  return values ? groups.map((group) => ({ name: group.name, values: values(group) })) : [];
}

function shares(part: readonly number[], whole: readonly number[]): (number | null)[] {
  return whole.map((all, n) => (all > 0 ? (part[n] ?? 0) / all : null));
}

/** When a bucket begins, in the words of its time zone: 14:00, or Nov 23. */
export function bucketName(start: string, { unit, timezone }: Series, language: string): string {
  const form: Intl.DateTimeFormatOptions =
    unit === "hour"
      ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
      : { month: "short", day: "numeric" };
  try {
    return new Intl.DateTimeFormat(language, { ...form, timeZone: timezone }).format(new Date(start));
  } catch {
    return new Intl.DateTimeFormat(language, form).format(new Date(start)); // a zone that this browser does not know
  }
}
