/** The budget as it stands, for every view that shows it. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

export const budgetOptions = queryOptions({
  queryKey: ["budget"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/budget", { signal })),
  refetchInterval: 10_000,
});
