/** What the budget asks the gateway. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";

export const budgetOptions = queryOptions({
  queryKey: ["budget"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/budget", { signal })),
  refetchInterval: 10_000,
});
