/** What the metrics ask the gateway. Changes are told of (`live/changes`), the pages ask again by themselves besides. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "../../api/client";

export type Span = Schemas["Span"];
export type SeriesSpan = Schemas["SeriesSpan"];
export type By = Schemas["By"];

export const PACE_MS = 30_000;

export function metricsOptions(period: Span) {
  return queryOptions({
    queryKey: ["metrics", period] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/metrics", { params: { query: { period } }, signal })),
  });
}

export function seriesOptions(period: SeriesSpan, by: By) {
  return queryOptions({
    queryKey: ["metrics", "series", period, by] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/metrics/series", { params: { query: { period, by } }, signal })),
    placeholderData: keepPreviousData,
  });
}
