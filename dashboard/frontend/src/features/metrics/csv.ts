/** The numbers as CSV: by day, role and model, and over time. */
import type { Schemas } from "../../api/client";

const HEAD = [
  "by",
  "name",
  "calls",
  "cost_usd",
  "unpriced_calls",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
];

export function asCsv(metrics: Schemas["Metrics"]): string {
  const rows = [
    HEAD,
    ...metrics.by_day.map((sums) => row("day", sums.day, sums)),
    ...metrics.by_role.map((sums) => row("role", sums.role, sums)),
    ...metrics.by_model.map((sums) => row("model", `${sums.provider}/${sums.model}`, sums)),
    row("total", metrics.period, metrics.totals),
  ];
  return rows.map((cells) => cells.map(cell).join(",")).join("\r\n");
}

function row(by: string, name: string, sums: Schemas["CallSums"]): (string | number)[] {
  return [
    by,
    name,
    sums.calls,
    sums.cost_usd ?? "",
    sums.unpriced_calls,
    sums.input_tokens,
    sums.output_tokens,
    sums.cache_read_tokens,
    sums.cache_write_tokens,
  ];
}

/** A spreadsheet takes a text that begins like this for a formula. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const GROUP_COLUMNS = [
  "calls",
  "cost_usd",
  "ceo_cost_usd",
  "input_tokens",
  "output_tokens",
  "p50_ms",
  "p95_ms",
  "verdicts",
  "passed",
  "tried",
  "escalated",
] as const;
const ORDER_COLUMNS = ["arrived", "delivered", "failed", "escalated", "saved_usd"] as const;

/** The numbers over time: a row for every bucket of every role or model, and of the company's orders. */
export function courseCsv({ by, starts, groups, orders }: Schemas["MetricsSeries"]): string {
  const head = ["start", "by", "name", ...GROUP_COLUMNS, ...ORDER_COLUMNS.map(orderColumn)];
  const noGroup = GROUP_COLUMNS.map(() => "");
  const noOrders = ORDER_COLUMNS.map(() => "");
  const rows = [
    ...groups.flatMap((group) =>
      starts.map((start, n) => {
        const numbers = GROUP_COLUMNS.map((column) => group[column][n] ?? "");
        return [start, by, group.name, ...numbers, ...noOrders];
      }),
    ),
    ...starts.map((start, n) => {
      const numbers = ORDER_COLUMNS.map((column) => orders[column][n] ?? "");
      return [start, "company", "", ...noGroup, ...numbers];
    }),
  ];
  return [head, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n");
}

function orderColumn(name: (typeof ORDER_COLUMNS)[number]): string {
  return name === "saved_usd" ? name : `orders_${name}`;
}
