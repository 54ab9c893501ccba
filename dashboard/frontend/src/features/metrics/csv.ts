/** The numbers by day, role and model as CSV. */
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
