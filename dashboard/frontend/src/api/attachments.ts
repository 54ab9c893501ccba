/** What came with an order: where it is, and a document's text. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** Where the file is; the cookie opens it, so an `<img>` can show it. */
export function attachmentUrl(orderId: string, n: number): string {
  return `/api/work-orders/${encodeURIComponent(orderId)}/attachments/${n}`;
}

/** A document as text, whatever it was sent as. It never changes. */
export function documentOptions(orderId: string, n: number) {
  return queryOptions({
    queryKey: ["attachment", orderId, n] as const,
    queryFn: async ({ signal }): Promise<string> =>
      String(
        await unwrap(
          api.GET("/api/work-orders/{order_id}/attachments/{n}", {
            params: { path: { order_id: orderId, n } },
            parseAs: "text",
            signal,
          }),
        ),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
