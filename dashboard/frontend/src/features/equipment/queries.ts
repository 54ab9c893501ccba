/** What the equipment's views read, and change. */
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useRef } from "react";
import { api, newKey, type Schemas, unwrap } from "../../api/client";

export type Tool = Schemas["ToolView"];
export type Run = Schemas["RunView"];
export type Values = Record<string, unknown>;

/** A schedule as the owner sets it; null is as the tool has it, and nobody. */
export interface Plan {
  cron: string | null;
  parameters: Values | null;
  tell: string | null;
}

const toolsKey = ["equipment", "tools"] as const;
const PAGE = 30;
const PACE_MS = 5_000;
const HURRY_MS = 1_000;

export function isOpen(run: Run | null | undefined): boolean {
  return run?.status === "asked" || run?.status === "running";
}

export const toolsOptions = queryOptions({
  queryKey: toolsKey,
  queryFn: ({ signal }) => unwrap(api.GET("/api/equipment", { signal })),
  refetchInterval: (query) =>
    query.state.data?.tools.some((tool) => isOpen(tool.last_run)) ? HURRY_MS : PACE_MS,
});

/** One run; asked for again by itself until it has ended. */
export function runOptions(id: string) {
  return queryOptions({
    queryKey: ["equipment", "run", id] as const,
    queryFn: ({ signal }): Promise<Run> =>
      unwrap(api.GET("/api/equipment/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data) ? false : HURRY_MS),
  });
}

/** A tool's runs, the newest first. Who has gone on to older ones reads, and is not disturbed. */
export function historyOptions(name: string) {
  return infiniteQueryOptions({
    queryKey: ["equipment", "history", name] as const,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET("/api/equipment/{name}/runs", { params: { path: { name }, query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (query) => (query.state.data && query.state.data.pages.length > 1 ? false : PACE_MS),
  });
}

/** What a schedule would be, before it is set: its words and its next due times, or what is wrong with it. */
export function previewOptions(name: string, cron: string) {
  return queryOptions({
    queryKey: ["equipment", "preview", name, cron] as const,
    queryFn: ({ signal }) => {
      const params = { path: { name }, query: { cron } };
      return unwrap(api.GET("/api/equipment/{name}/schedule", { params, signal }));
    },
  });
}

/**
 * Asks for a run. It is not waited for: the view looks how it goes on. The same wish has the same key until it is known
 * to have come, so that asking again after a lost answer is not a second run.
 */
export function useRunNow(name: string) {
  const client = useQueryClient();
  const wish = useRef({ key: "", words: "" });
  return useMutation({
    mutationFn: (parameters: Values): Promise<Run> => {
      const words = JSON.stringify(parameters);
      if (wish.current.words !== words) wish.current = { key: newKey(), words };
      const params = { path: { name }, header: { "Idempotency-Key": wish.current.key } };
      return unwrap(api.POST("/api/equipment/{name}/run", { params, body: { parameters } as never }));
    },
    onSuccess: (run) => {
      wish.current = { key: "", words: "" };
      client.setQueryData(runOptions(run.id).queryKey, run);
    },
    onSettled: () => refresh(client, name),
  });
}

export function usePause(name: string) {
  return useChange(name, (isPaused: boolean) =>
    isPaused
      ? api.POST("/api/equipment/{name}/pause", { params: { path: { name } } })
      : api.POST("/api/equipment/{name}/resume", { params: { path: { name } } }),
  );
}

export function usePlan(name: string) {
  return useChange(name, (plan: Plan) =>
    api.PUT("/api/equipment/{name}/schedule", { params: { path: { name } }, body: plan as never }),
  );
}

/** A change whose answer is the tool as it is then, which goes into the list. */
function useChange<Wish>(name: string, change: (wish: Wish) => Parameters<typeof unwrap<Tool>>[0]) {
  const client = useQueryClient();
  const { queryKey } = toolsOptions;
  return useMutation({
    mutationFn: (wish: Wish): Promise<Tool> => unwrap(change(wish)),
    // A look that is under way would show how it was before.
    onMutate: () => client.cancelQueries({ queryKey }),
    onSuccess: (tool) => {
      client.setQueryData(queryKey, (all) =>
        all ? { ...all, tools: all.tools.map((one) => (one.name === tool.name ? tool : one)) } : all,
      );
    },
    // Not waited for: what went wrong is shown at once, also when nothing can be read.
    onSettled: () => refresh(client, name),
  });
}

/** After a change, or a run that ended: what is shown of the tool may be old. */
export function refresh(client: QueryClient, name: string): void {
  void client.invalidateQueries({ queryKey: toolsKey });
  void client.invalidateQueries({ queryKey: historyOptions(name).queryKey });
}
