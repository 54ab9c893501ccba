/** For tests: tools and runs as the gateway shows them. */
import type { Run, Tool } from "./queries";

export function aRun(fields: Partial<Run>): Run {
  return {
    id: "01JD0Z7M2T9V6Q4B8X3N5K1YHR",
    tool: "cost_report",
    status: "done",
    parameters: {},
    triggered_by: "owner",
    due_at: null,
    asked_at: "2026-11-23T05:00:00Z",
    started_at: "2026-11-23T05:00:01Z",
    finished_at: "2026-11-23T05:00:03Z",
    duration_ms: 2_000,
    exit_code: 0,
    output: "This week: $0.31",
    output_is_whole: true,
    output_bytes: 16,
    place: "",
    host: "desk",
    attempt: 1,
    tell: null,
    told_at: null,
    hint: null,
    ...fields,
  };
}

export const PERIOD = {
  type: "object",
  properties: { period: { enum: ["today", "week"], type: "string", default: "today" } },
};
export const DAYS = {
  type: "object",
  properties: { older_than_days: { type: "integer", minimum: 1, default: 180, description: "days" } },
};

export function aTool(
  fields: Partial<Omit<Tool, "schedule">> & { schedule?: Partial<Tool["schedule"]> },
): Tool {
  const { schedule, ...others } = fields;
  return {
    name: "cost_report",
    description: "Say what it cost.",
    description_zh: "报告花费。",
    parameters: {},
    timeout_s: 60,
    is_own_script: false,
    is_allowed: true,
    per_host: false,
    last_run: null,
    ...others,
    schedule: {
      cron: null,
      own_cron: null,
      default_cron: null,
      timezone: "UTC",
      in_words: null,
      in_words_zh: null,
      is_paused: false,
      next_due_at: null,
      next_due_times: [],
      parameters: null,
      tell: null,
      ...schedule,
    },
  };
}
