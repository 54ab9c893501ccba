/** What the settings read, and change. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { ApiProblem } from "../../api/problem";

const tokensKey = ["tokens"] as const;
const peopleKey = ["telegram", "people"] as const;

/** Tokens, and browsers that are signed in. */
export const tokensOptions = queryOptions({
  queryKey: tokensKey,
  queryFn: ({ signal }) => unwrap(api.GET("/api/tokens", { signal })),
  refetchInterval: 30_000,
});

export const peopleOptions = queryOptions({
  queryKey: peopleKey,
  queryFn: ({ signal }) => unwrap(api.GET("/api/telegram/people", { signal })),
  refetchInterval: (query) => (isWithoutBot(query.state.error) ? 60_000 : 10_000),
});

/** Whether the gateway says that there was never a bot: then there is something to set up, not to repair. */
export function isWithoutBot(error: Error | null): boolean {
  return error instanceof ApiProblem && error.status === 409;
}

export interface NewToken {
  name: string;
  role: "owner" | "viewer";
  days: number;
}

/** Makes a token. Its answer holds the token itself, so nothing keeps it longer than the view that shows it. */
export function useNewToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: NewToken) => unwrap(api.POST("/api/tokens", { body: wish as never })),
    onSettled: () => void client.invalidateQueries({ queryKey: tokensKey }), // the token does not wait for the list
    gcTime: 0,
  });
}

/** Revokes a token, or ends the session of a browser. */
export function useRevoke() {
  const refreshed = useRefresh(tokensKey);
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/api/tokens/{id}", { params: { path: { id } } })),
    ...refreshed,
  });
}

export function useApprove() {
  const refreshed = useRefresh(peopleKey);
  return useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST("/api/telegram/people/approve", { body: { code } as never })),
    ...refreshed,
  });
}

export function useRemove() {
  const refreshed = useRefresh(peopleKey);
  return useMutation({
    mutationFn: (id: number) => unwrap(api.DELETE("/api/telegram/people/{id}", { params: { path: { id } } })),
    ...refreshed,
  });
}

/** Reads the list again after a change: done is what the list shows, but what went wrong is said at once. */
function useRefresh(queryKey: readonly string[]) {
  const client = useQueryClient();
  return {
    onSuccess: () => client.invalidateQueries({ queryKey }),
    onError: () => void client.invalidateQueries({ queryKey }),
  };
}
